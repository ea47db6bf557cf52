"""Reading and changing positions with a generated client: lists, pages, items, problems."""

import os
from urllib.parse import parse_qs, urlsplit

from client import AuthenticatedClient, Client
from client.api.actors import get_country
from client.api.curation import create_topic, update_topic
from client.api.questions_and_positions import get_topic, list_opinions
from client.models import (
    ItemCountry,
    ItemTopic,
    PageOpinion,
    ProblemBody,
    SparsePage,
    TableRow,
    TopicInput,
    TopicPatch,
    UpdateTopicChangeReason,
)
from client.types import UNSET

ADDRESS = os.environ.get("POSITIONS_URL", "http://127.0.0.1:8000")
client = Client(ADDRESS)
desk = AuthenticatedClient(ADDRESS, token=os.environ["POSITIONS_KEY"])


def read_pages() -> None:
    first = list_opinions.sync(client=client, holder=["USA"], limit=1)
    assert isinstance(first, PageOpinion) and first.links.next_
    cursor = parse_qs(urlsplit(first.links.next_).query)["cursor"][0]
    second = list_opinions.sync(client=client, holder=["USA"], limit=1, cursor=cursor)
    assert isinstance(second, PageOpinion)
    for opinion in first.data + second.data:
        place = opinion.evidence[0]
        row = isinstance(place, TableRow)
        where = f"row {place.record}" if row else f"paragraph {place.paragraph}"
        print(f"{opinion.id}: {opinion.holder.name} {opinion.stance}, {place.document} {where}")
    assert first.data[0].id != second.data[0].id


def read_item() -> None:
    answer = get_country.sync("KAZ", client=client)
    assert isinstance(answer, ItemCountry)
    since = answer.data.valid_from
    print(answer.data.name, "since", since.text if since else "a day that is not known")
    assert answer.data.iso3166_1_alpha2 == "KZ"


def read_problems() -> None:
    missing = get_topic.sync("no-such-topic", client=client)
    assert isinstance(missing, ProblemBody) and missing.status == 404
    # `errors` is there only where the input has faults.
    print(missing.code, missing.errors or "no faults")
    assert missing.errors is UNSET

    wrong = list_opinions.sync(client=client, holder=["Narnia"])
    assert isinstance(wrong, ProblemBody) and wrong.status == 422 and wrong.errors
    print(f"{wrong.errors[0].parameter}: {wrong.errors[0].detail}")
    assert wrong.errors[0].parameter == "holder"


def read_some_fields() -> None:
    # The generator knows one shape for each status, that of whole rows: ask without its parser.
    answer = client.get_httpx_client().get("/v1/topics", params={"fields": "id,name"})
    page = SparsePage.from_dict(answer.json())
    assert page.data[0].additional_keys == ["id", "name"]
    print(page.data[0]["name"])


def change() -> None:
    new = TopicInput(id="railways-python", dataset="reference", name="Railways")
    made = create_topic.sync_detailed(client=desk, body=new)
    assert isinstance(made.parsed, ItemTopic)

    def rename(name: str) -> ItemTopic | ProblemBody | None:
        return update_topic.sync(
            new.id,
            client=desk,
            body=TopicPatch(name=name),
            if_match=made.headers["etag"],
            change_reason=UpdateTopicChangeReason.CORRECTION,
        )

    changed = rename("Rail")
    assert isinstance(changed, ItemTopic) and changed.data.revision == 2
    late = rename("Roads")
    assert isinstance(late, ProblemBody) and late.status == 412, "somebody's change is overwritten"
    print(late.code)

    faulty = TopicInput(id="roads", dataset="no-such-dataset", name="Roads")
    wrong = create_topic.sync(client=desk, body=faulty)
    assert isinstance(wrong, ProblemBody) and wrong.status == 422 and wrong.errors
    print(f"{wrong.errors[0].pointer}: {wrong.errors[0].detail}")
    assert wrong.errors[0].pointer == "/dataset"


if __name__ == "__main__":
    read_pages()
    read_item()
    read_problems()
    read_some_fields()
    change()
