"""The reference countries, compared with the libraries and tables that their codes come from.

pycountry (ISO 3166-1 and -3) and countrycode (M49, Correlates of War, Gleditsch & Ward) are the
judges. Where the seeds differ from them on purpose, a table here says where and why, and the
difference itself is asserted: when a library comes round, the test asks for the line's removal.
"""

from datetime import date
from pathlib import Path
from typing import Any

import countrycode
import pycountry
import pytest
import yaml

SEED = Path(__file__).parents[1] / "seeds" / "reference" / "countries.yaml"

FIELDS = (
    "id name official_name iso3166_1_alpha2 iso3166_1_alpha3 iso3166_1_numeric m49_region "
    "m49_subregion identifiers other_names valid_from valid_to successors summary"
).split()
#: What a document that names the country may add.
ADDED = {"evidence", "memberships"}
FORMER = {"SUN", "YMD", "DDR", "CSK", "YUG", "SCG", "EAZ"}
#: States that ended before ISO 3166 had codes, by their names in countrycode; None: no row there.
BYGONE: dict[str, str | None] = {
    "AUH": "Austria-Hungary",
    "BAD": "Baden",
    "BAV": "Bavaria",
    "HAN": "Hanover",
    "HSE": "Hesse Electoral",
    "HSG": "Hesse Grand Ducal",
    "MEC": "Mecklenburg Schwerin",
    "MOD": "Modena",
    "PMA": "Parma",
    "RVN": "Republic of Vietnam",
    "SAX": "Saxony",
    "SIC": "Two Sicilies",
    "TUS": "Tuscany",
    "WRT": "Wuerttemburg",
    "XAN": None,
    "XKR": None,
    "XRU": None,
    "XSE": None,
}
FORMER |= set(BYGONE)
WITHOUT_ISO = {"EAZ", "XKX", *BYGONE}

#: Code of the seeds that differs from countrycode's, with the reason.
OTHER_CODES: dict[tuple[str, str], tuple[set[str], str]] = {
    ("DEU", "cow"): ({"255", "260"}, "260 is COW's Federal Republic of 1955-90, the same id here"),
    ("YEM", "cow"): ({"679", "678"}, "678 is the Yemen Arab Republic, the same id here"),
    ("YEM", "gwn"): ({"678"}, "G&W number Yemen through from the Yemen Arab Republic"),
    ("VNM", "gwn"): ({"816"}, "countrycode's 817 is the Republic of Vietnam (to 1975)"),
    ("SRB", "cow"): ({"345"}, "COW numbers Serbia through from Yugoslavia; countrycode has none"),
    ("HSE", "gwn"): ({"273"}, "G&W's Hesse-Kassel; countrycode has none"),
    ("HSG", "gwn"): ({"275"}, "G&W's Hesse-Darmstadt; countrycode has none"),
    ("WRT", "gwn"): ({"271"}, "G&W's Wurttemberg; countrycode has none"),
    ("RVN", "gwn"): ({"817"}, "G&W's Republic of Vietnam; countrycode has none"),
    ("XAN", "gwn"): ({"815"}, "G&W's Vietnam (Annam, Cochin China, Tonkin), to 1893"),
    ("XKR", "cow"): ({"730"}, "COW's Korea, to 1905"),
    ("XKR", "gwn"): ({"730"}, "G&W's Korea, to 1910"),
    ("XRU", "cow"): ({"365"}, "COW numbers the Empire with the Soviet Union and Russia"),
    ("XRU", "gwn"): ({"365"}, "as COW"),
    ("XSE", "cow"): ({"345"}, "COW numbers Serbia with Yugoslavia, which it became part of"),
    ("XSE", "gwn"): ({"340"}, "G&W's Serbia"),
    ("VAT", "cow"): (set(), "countrycode's 327 is the Papal States (to 1860)"),
    ("VAT", "gwn"): (set(), "countrycode's 327 is the Papal States (to 1870)"),
}
#: countrycode has no ISO code for these, but a row by name.
ROWS_BY_NAME = {
    "CSK": "Czechoslovakia",
    "DDR": "German Democratic Republic",
    "EAZ": "Zanzibar",
    "XKX": "Kosovo",
    "YMD": "Yemen People's Republic",
    "YUG": "Yugoslavia",
    **BYGONE,
}


def read() -> list[dict[str, Any]]:
    """Every scalar as text, `null` as None: what the seed reader makes of it."""
    entries: list[dict[str, Any]] = yaml.load(SEED.read_text("utf-8"), yaml.CBaseLoader)
    return [{k: None if v == "null" else v for k, v in entry.items()} for entry in entries]


COUNTRIES = read()
BY_ID = {country["id"]: country for country in COUNTRIES}
PRESENT = [c for c in COUNTRIES if c["id"] not in FORMER | WITHOUT_ISO]


def codes(country: dict[str, Any], scheme: str) -> set[str]:
    """The country's values in one scheme."""
    return {i["value"] for i in country["identifiers"] if i["scheme"] == scheme}


def table(country_id: str, column: str) -> str | None:
    """What countrycode's table says."""
    origin = "country.name.en" if country_id in ROWS_BY_NAME else "iso3c"
    source = ROWS_BY_NAME.get(country_id, country_id)
    if source is None:
        return None
    names, values = countrycode.codelist[origin], countrycode.codelist[column]
    found = values[names.index(source)]
    return None if found is None else str(int(found))


def test_every_country_has_every_field_and_no_other() -> None:
    for country in COUNTRIES:
        assert list(country)[: len(FIELDS) - 1] == FIELDS[:-1], country["id"]
        assert set(country) - ADDED == set(FIELDS), country["id"]


def test_countries_are_sorted_and_stand_once() -> None:
    ids = [country["id"] for country in COUNTRIES]
    assert ids == sorted(set(ids))


def test_all_members_of_the_united_nations_are_there() -> None:
    members = {
        iso
        for iso, name in zip(
            countrycode.codelist["iso3c"], countrycode.codelist["un.name.en"], strict=True
        )
        if iso and name
    }
    assert len(members) == 193
    assert set(BY_ID) == members | FORMER | {"PSE", "TWN", "VAT", "XKX"}


@pytest.mark.parametrize("country", PRESENT, ids=lambda c: c["id"])
def test_iso_codes_are_those_of_pycountry(country: dict[str, Any]) -> None:
    iso = pycountry.countries.get(alpha_3=country["id"])
    assert iso is not None
    assert country["iso3166_1_alpha2"] == iso.alpha_2
    assert country["iso3166_1_alpha3"] == iso.alpha_3
    assert country["iso3166_1_numeric"] == iso.numeric


@pytest.mark.parametrize("former", sorted(FORMER - WITHOUT_ISO))
def test_codes_of_former_states_are_those_iso_withdrew(former: str) -> None:
    iso = pycountry.historic_countries.get(alpha_3=former)
    assert iso is not None
    assert BY_ID[former]["iso3166_1_alpha2"] == iso.alpha_2
    assert BY_ID[former]["iso3166_1_alpha3"] == former
    assert BY_ID[former]["iso3166_1_numeric"] == iso.numeric
    assert BY_ID[former]["valid_to"] <= iso.withdrawal_date


def test_no_iso_code_is_made_up() -> None:
    for country_id in WITHOUT_ISO:
        codes_of_iso = [v for k, v in BY_ID[country_id].items() if k.startswith("iso3166")]
        assert codes_of_iso == [None, None, None]


def test_present_codes_are_unique() -> None:
    for field in ("iso3166_1_alpha2", "iso3166_1_numeric"):
        values = [country[field] for country in PRESENT]
        assert len(values) == len(set(values)), field


@pytest.mark.parametrize("country", PRESENT, ids=lambda c: c["id"])
def test_regions_are_those_of_m49(country: dict[str, Any]) -> None:
    for field, column in (
        ("m49_region", "un.region.code"),
        ("m49_subregion", "un.regionsub.code"),
    ):
        code = table(country["id"], column)
        assert country[field] == (code.zfill(3) if code else None), field


def test_states_outside_m49_have_no_region() -> None:
    without = {c["id"] for c in COUNTRIES if c["m49_region"] is None or c["m49_subregion"] is None}
    assert without == FORMER | WITHOUT_ISO | {"TWN"}


@pytest.mark.parametrize("scheme", ["cow", "gwn"])
@pytest.mark.parametrize("country", COUNTRIES, ids=lambda c: c["id"])
def test_cow_and_gw_codes_are_those_of_countrycode(country: dict[str, Any], scheme: str) -> None:
    if country["id"] in {"SUN", "SCG"}:
        # Both schemes number the Soviet Union with Russia, and Serbia and Montenegro with
        # Yugoslavia; countrycode has no row for either.
        twin = {"SUN": "RUS", "SCG": "YUG"}[country["id"]]
        assert codes(country, scheme) == codes(BY_ID[twin], scheme)
        return
    code = table(country["id"], {"cow": "cown", "gwn": "gwn"}[scheme])
    theirs = {code} if code else set()
    ours, _reason = OTHER_CODES.get((country["id"], scheme), (theirs, ""))
    assert codes(country, scheme) == ours
    if (country["id"], scheme) in OTHER_CODES:
        assert ours != theirs, "countrycode agrees now: take the line out of OTHER_CODES"


def test_successors_exist_and_follow_without_a_hole() -> None:
    without = {"XAN", "XKR"}  # they became protectorates
    assert {c["id"] for c in COUNTRIES if c["successors"]} == FORMER - without
    for former in FORMER:
        assert BY_ID[former]["valid_to"]
        for successor in BY_ID[former]["successors"]:
            began = BY_ID[successor]["valid_from"]
            if began and former != "YUG":  # Yugoslavia lost members long before it ended
                gap = date.fromisoformat(began) - date.fromisoformat(BY_ID[former]["valid_to"])
                assert abs(gap.days) <= 1, (former, successor)


def test_names_are_usual_ones() -> None:
    for country in COUNTRIES:
        assert "," not in country["name"], "a display name, not an index entry"
        assert "Province of" not in " ".join([country["name"], *country["other_names"]])
        assert country["name"] not in country["other_names"]


@pytest.mark.parametrize(
    ("country_id", "name"),
    [
        ("MMR", "Burma"),
        ("CIV", "Ivory Coast"),
        ("TUR", "Turkey"),
        ("RUS", "Russian Federation"),
        ("DEU", "West Germany"),
        ("YEM", "Yemen Arab Republic"),
        ("TZA", "Tanganyika"),
        ("EGY", "United Arab Republic"),
        ("SUN", "USSR"),
        ("BLR", "Byelorussian SSR"),
        ("LKA", "Ceylon"),
    ],
)
def test_a_renamed_state_keeps_one_id_and_its_old_name(country_id: str, name: str) -> None:
    assert name in BY_ID[country_id]["other_names"]


def test_a_name_means_one_country() -> None:
    owner: dict[str, str] = {}
    for country in COUNTRIES:
        for name in {country["name"], country["official_name"], *country["other_names"]}:
            assert owner.setdefault(name.casefold(), country["id"]) == country["id"], name
