"""Small made-up reports: who said what, when, in which paper."""

PEOPLE = "[{id: ann, name: Ann, country: KAZ}, {id: bob, name: Bob}, {id: cid, name: Cid}]"
COUNTRIES = (
    "[{id: KAZ, name: Kazakhstan, iso3166_1_alpha3: KAZ},"
    " {id: RUS, name: Russia, iso3166_1_alpha3: RUS}]"
)
PAPERS = """
- {id: paper, source_type: news_analysis, published: 2005-06-01, characters: 900, paragraphs: 9}
- {id: second, source_type: news_analysis, published: 2006-06-01, characters: 900, paragraphs: 9}
- {id: undated, source_type: news_analysis, characters: 900, paragraphs: 9}
"""


def questions(*ids: str) -> str:
    """Questions of policy by these ids, each about Kazakhstan."""
    return "".join(
        f"- {{id: {one}, title: Should {one}?, proposition: It should., kind: policy, "
        "subjects: [{actor: KAZ, role: actor}, {actor: RUS, role: threat}]}\n"
        for one in ids
    )


def opinion(
    id: str,
    holder: str,
    about: str,
    stance: str,
    stated: str = "null",
    *,
    document: str = "paper",
    **more: str,
) -> str:
    """One opinion; `more` is any other field of the record."""
    told = "".join(f", {name}: {value}" for name, value in more.items())
    return (
        f"- {{id: {id}, holder: {holder}, question: {about}, stance: {stance}, "
        f"attribution: paraphrase, stated: {stated}{told}, "
        f"evidence: [{{document: {document}, paragraph: 1, start: 1, end: 9}}]}}\n"
    )
