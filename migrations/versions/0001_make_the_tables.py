"""Make the tables."""

import sqlalchemy as sa
from alembic import op

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("agreement_type", Key, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("signed_earliest", Key, server_default="", nullable=False),
        sa.Column("signed_latest", Key, server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreements_agreement_type_id"), ["agreement_type", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreements_dataset_id"), ["dataset", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreements_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreements_signed_earliest_id"), ["signed_earliest", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreements_sort_name_id"), ["sort_name", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_agreements_status_id"), ["status", "id"], unique=False)

    op.create_table(
        "agreements_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("agreement_type", Key, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("signed_earliest", Key, nullable=False),
        sa.Column("signed_latest", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("agreements_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreements_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agreements_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_agreements_history_until"), ["until"], unique=False)

    op.create_table(
        "countries",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("alpha2", Key, nullable=True),
        sa.Column("numeric", Key, nullable=True),
        sa.Column("m49_region", Key, nullable=True),
        sa.Column("m49_subregion", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countries")),
    )
    with op.batch_alter_table("countries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_countries_alpha2"), ["alpha2"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_countries_dataset_id"), ["dataset", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_countries_m49_region_id"), ["m49_region", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_countries_m49_subregion_id"), ["m49_subregion", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_countries_numeric"), ["numeric"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_countries_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_countries_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "countries_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("alpha2", Key, nullable=True),
        sa.Column("numeric", Key, nullable=True),
        sa.Column("m49_region", Key, nullable=True),
        sa.Column("m49_subregion", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("countries_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_countries_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_countries_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_countries_history_until"), ["until"], unique=False)

    op.create_table(
        "datasets",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
    )
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_datasets_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_datasets_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_datasets_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "datasets_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("datasets_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_datasets_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_datasets_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_datasets_history_until"), ["until"], unique=False)

    op.create_table(
        "document_texts",
        sa.Column("document", Key, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_document_texts")),
    )
    op.create_table(
        "documents",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("publisher", Key, nullable=True),
        sa.Column("source_type", Key, nullable=False),
        sa.Column("published_earliest", Key, server_default="", nullable=False),
        sa.Column("published_latest", Key, server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_documents_dataset_id"), ["dataset", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_published_earliest_id"),
            ["published_earliest", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_publisher_id"), ["publisher", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_sort_name_id"), ["sort_name", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_source_type_id"), ["source_type", "id"], unique=False
        )

    op.create_table(
        "documents_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("publisher", Key, nullable=True),
        sa.Column("source_type", Key, nullable=False),
        sa.Column("published_earliest", Key, nullable=False),
        sa.Column("published_latest", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("documents_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_documents_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documents_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_documents_history_until"), ["until"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("event_type", Key, nullable=False),
        sa.Column("agreement", Key, nullable=True),
        sa.Column("date_earliest", Key, server_default="", nullable=False),
        sa.Column("date_latest", Key, server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_agreement_id"), ["agreement", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_events_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_events_date_earliest_id"), ["date_earliest", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_events_event_type_id"), ["event_type", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_events_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_events_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "events_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("event_type", Key, nullable=False),
        sa.Column("agreement", Key, nullable=True),
        sa.Column("date_earliest", Key, nullable=False),
        sa.Column("date_latest", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("events_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_events_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_events_history_until"), ["until"], unique=False)

    op.create_table(
        "groups",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("classification", Key, nullable=True),
        sa.Column("country", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_groups_classification_id"), ["classification", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_groups_country_id"), ["country", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "groups_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("classification", Key, nullable=True),
        sa.Column("country", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("groups_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_groups_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_groups_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_groups_history_until"), ["until"], unique=False)

    op.create_table(
        "links",
        sa.Column("n", Serial, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("field", Key, nullable=False),
        sa.Column("space", Key, nullable=False),
        sa.Column("target", Key, nullable=False),
        sa.Column("role", Key, nullable=True),
        sa.Column("paragraph", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_links_kind_id_revision"), ["kind", "id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_links_target_kind_field_id_revision"),
            ["target", "kind", "field", "id", "revision"],
            unique=False,
        )

    op.create_table(
        "opinions",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("holder", Key, nullable=False),
        sa.Column("holder_kind", Key, nullable=False),
        sa.Column("holder_country", Key, nullable=True),
        sa.Column("speaker", Key, nullable=True),
        sa.Column("on_behalf_of", Key, nullable=True),
        sa.Column("question", Key, nullable=False),
        sa.Column("stance", Key, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("attribution", Key, nullable=False),
        sa.Column("attribution_rank", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", Key, nullable=True),
        sa.Column("document", Key, nullable=False),
        sa.Column("stated_earliest", Key, server_default="", nullable=False),
        sa.Column("stated_latest", Key, server_default="", nullable=False),
        sa.Column("counts_earliest", Key, server_default="", nullable=False),
        sa.Column("counts_latest", Key, server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_opinions_attribution_id"), ["attribution", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_opinions_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opinions_document_id"), ["document", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_holder_country_id"), ["holder_country", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_holder_country_question_id"),
            ["holder_country", "question", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_holder_country_stated_earliest_id"),
            ["holder_country", "stated_earliest", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_opinions_holder_id"), ["holder", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opinions_holder_kind_id"), ["holder_kind", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_holder_question_id"), ["holder", "question", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_on_behalf_of_id"),
            ["on_behalf_of", "id"],
            unique=False,
            sqlite_where=sa.text("on_behalf_of IS NOT NULL"),
            postgresql_where=sa.text("on_behalf_of IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_question_id"), ["question", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_opinions_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opinions_speaker_id"),
            ["speaker", "id"],
            unique=False,
            sqlite_where=sa.text("speaker IS NOT NULL"),
            postgresql_where=sa.text("speaker IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_opinions_stance_id"), ["stance", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opinions_counts_earliest_id"), ["counts_earliest", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_stated_latest_stated_earliest_id"),
            ["stated_latest", "stated_earliest", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_stated_earliest_id"), ["stated_earliest", "id"], unique=False
        )

    op.create_table(
        "opinions_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("holder", Key, nullable=False),
        sa.Column("holder_kind", Key, nullable=False),
        sa.Column("holder_country", Key, nullable=True),
        sa.Column("speaker", Key, nullable=True),
        sa.Column("on_behalf_of", Key, nullable=True),
        sa.Column("question", Key, nullable=False),
        sa.Column("stance", Key, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("attribution", Key, nullable=False),
        sa.Column("attribution_rank", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", Key, nullable=True),
        sa.Column("document", Key, nullable=False),
        sa.Column("stated_earliest", Key, nullable=False),
        sa.Column("stated_latest", Key, nullable=False),
        sa.Column("counts_earliest", Key, nullable=False),
        sa.Column("counts_latest", Key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("opinions_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_opinions_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_opinions_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_opinions_history_until"), ["until"], unique=False)

    op.create_table(
        "organizations",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("classification", Key, nullable=True),
        sa.Column("country", Key, nullable=True),
        sa.Column("parent", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organizations_classification_id"), ["classification", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organizations_country_id"), ["country", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organizations_dataset_id"), ["dataset", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organizations_parent"), ["parent"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organizations_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organizations_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "organizations_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("classification", Key, nullable=True),
        sa.Column("country", Key, nullable=True),
        sa.Column("parent", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("organizations_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organizations_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organizations_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organizations_history_until"), ["until"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("country", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_country_id"), ["country", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_people_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "people_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("country", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("people_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_people_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_people_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_people_history_until"), ["until"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("agreement", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questions_agreement_id"), ["agreement", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_questions_dataset_id"), ["dataset", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_questions_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questions_kind_id"), ["kind", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_questions_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_questions_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "questions_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("agreement", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("questions_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questions_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_questions_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questions_history_until"), ["until"], unique=False)

    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("by", Key, nullable=False),
        sa.Column("reason", Key, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("previous_hash", Key, nullable=False),
        sa.Column("hash", Key, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_releases_at"), ["at"], unique=False)

    op.create_table(
        "search_entries",
        sa.Column("n", Serial, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("names", Key, nullable=False),
        sa.Column("words", Key, nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_search_entries")),
        sa.UniqueConstraint(
            "kind", "id", "revision", name=op.f("uq_search_entries_kind_id_revision")
        ),
    )
    op.create_table(
        "topics",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("parent", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topics_dataset_id"), ["dataset", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_topics_parent_id"), ["parent", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_topics_release_id"), ["release", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_topics_sort_name_id"), ["sort_name", "id"], unique=False
        )

    op.create_table(
        "topics_history",
        sa.Column("id", Key, nullable=False),
        sa.Column("dataset", Key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("sort_name", Key, nullable=False),
        sa.Column("parent", Key, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("op", Key, nullable=False),
    )
    with op.batch_alter_table("topics_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_topics_history_id_revision"), ["id", "revision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_topics_history_release_id"), ["release", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_topics_history_until"), ["until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("topics_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topics_history_until"))
        batch_op.drop_index(batch_op.f("ix_topics_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_topics_history_id_revision"))

    op.drop_table("topics_history")
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topics_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_topics_release_id"))
        batch_op.drop_index(batch_op.f("ix_topics_parent_id"))
        batch_op.drop_index(batch_op.f("ix_topics_dataset_id"))

    op.drop_table("topics")
    op.drop_table("search_entries")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_releases_at"))

    op.drop_table("releases")
    with op.batch_alter_table("questions_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questions_history_until"))
        batch_op.drop_index(batch_op.f("ix_questions_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_questions_history_id_revision"))

    op.drop_table("questions_history")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questions_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_questions_release_id"))
        batch_op.drop_index(batch_op.f("ix_questions_id_revision"))
        batch_op.drop_index(batch_op.f("ix_questions_kind_id"))
        batch_op.drop_index(batch_op.f("ix_questions_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_questions_agreement_id"))

    op.drop_table("questions")
    with op.batch_alter_table("people_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_history_until"))
        batch_op.drop_index(batch_op.f("ix_people_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_people_history_id_revision"))

    op.drop_table("people_history")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_people_release_id"))
        batch_op.drop_index(batch_op.f("ix_people_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_people_country_id"))

    op.drop_table("people")
    with op.batch_alter_table("organizations_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organizations_history_until"))
        batch_op.drop_index(batch_op.f("ix_organizations_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_history_id_revision"))

    op.drop_table("organizations_history")
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organizations_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_release_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_parent"))
        batch_op.drop_index(batch_op.f("ix_organizations_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_country_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_classification_id"))

    op.drop_table("organizations")
    with op.batch_alter_table("opinions_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_history_until"))
        batch_op.drop_index(batch_op.f("ix_opinions_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_history_id_revision"))

    op.drop_table("opinions_history")
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_stated_latest_stated_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_counts_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_stated_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_stance_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_release_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_question_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_on_behalf_of_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_question_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_kind_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_country_question_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_country_stated_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_holder_country_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_document_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_opinions_attribution_id"))

    op.drop_table("opinions")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_target_kind_field_id_revision"))
        batch_op.drop_index(batch_op.f("ix_links_kind_id_revision"))

    op.drop_table("links")
    with op.batch_alter_table("groups_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groups_history_until"))
        batch_op.drop_index(batch_op.f("ix_groups_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_groups_history_id_revision"))

    op.drop_table("groups_history")
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groups_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_groups_release_id"))
        batch_op.drop_index(batch_op.f("ix_groups_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_groups_country_id"))
        batch_op.drop_index(batch_op.f("ix_groups_classification_id"))

    op.drop_table("groups")
    with op.batch_alter_table("events_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_history_until"))
        batch_op.drop_index(batch_op.f("ix_events_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_events_history_id_revision"))

    op.drop_table("events_history")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_events_release_id"))
        batch_op.drop_index(batch_op.f("ix_events_event_type_id"))
        batch_op.drop_index(batch_op.f("ix_events_date_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_events_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_events_agreement_id"))

    op.drop_table("events")
    with op.batch_alter_table("documents_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_history_until"))
        batch_op.drop_index(batch_op.f("ix_documents_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_documents_history_id_revision"))

    op.drop_table("documents_history")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_source_type_id"))
        batch_op.drop_index(batch_op.f("ix_documents_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_documents_release_id"))
        batch_op.drop_index(batch_op.f("ix_documents_publisher_id"))
        batch_op.drop_index(batch_op.f("ix_documents_published_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_documents_dataset_id"))

    op.drop_table("documents")
    op.drop_table("document_texts")
    with op.batch_alter_table("datasets_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_datasets_history_until"))
        batch_op.drop_index(batch_op.f("ix_datasets_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_datasets_history_id_revision"))

    op.drop_table("datasets_history")
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_datasets_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_datasets_release_id"))
        batch_op.drop_index(batch_op.f("ix_datasets_dataset_id"))

    op.drop_table("datasets")
    with op.batch_alter_table("countries_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_countries_history_until"))
        batch_op.drop_index(batch_op.f("ix_countries_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_countries_history_id_revision"))

    op.drop_table("countries_history")
    with op.batch_alter_table("countries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_countries_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_countries_release_id"))
        batch_op.drop_index(batch_op.f("ix_countries_numeric"))
        batch_op.drop_index(batch_op.f("ix_countries_m49_subregion_id"))
        batch_op.drop_index(batch_op.f("ix_countries_m49_region_id"))
        batch_op.drop_index(batch_op.f("ix_countries_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_countries_alpha2"))

    op.drop_table("countries")
    with op.batch_alter_table("agreements_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_history_until"))
        batch_op.drop_index(batch_op.f("ix_agreements_history_release_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_history_id_revision"))

    op.drop_table("agreements_history")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_status_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_sort_name_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_signed_earliest_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_release_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_dataset_id"))
        batch_op.drop_index(batch_op.f("ix_agreements_agreement_type_id"))

    op.drop_table("agreements")
