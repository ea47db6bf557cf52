"""Codes that ISO 3166 withdrew or reserves: which state of today's list each one means.

When a state only changed its name it keeps its record here, so its old codes mean it (ISO 3166-3).
Former states with a record of their own, such as Czechoslovakia, have their codes there. Codes
that a present state of another name has now (`AI`, `BY`, `GE`, `SK`) are left to it.
"""

#: By code: alpha-2, alpha-3 or numeric.
OTHER_CODES = {
    # Renamed: Upper Volta, Dahomey, Burma, Byelorussia, Southern Rhodesia, Zaire, East Timor,
    # North Vietnam, New Hebrides, French Afars and Issas, Romania.
    "HV": "BFA",
    "HVO": "BFA",
    "DY": "BEN",
    "DHY": "BEN",
    "BU": "MMR",
    "BUR": "MMR",
    "BYS": "BLR",
    "RH": "ZWE",
    "RHO": "ZWE",
    "ZR": "COD",
    "ZAR": "COD",
    "TP": "TLS",
    "TMP": "TLS",
    "VD": "VNM",
    "VDR": "VNM",
    "NH": "VUT",
    "NHB": "VUT",
    "AFI": "DJI",
    "ROM": "ROU",
    # Numeric codes that changed when a state grew or lost a part, its record staying the same.
    "230": "ETH",
    "280": "DEU",
    "736": "SDN",
    "886": "YEM",
    "890": "YUG",
    # Reserved by ISO, or used by the European Union.
    "UK": "GBR",
    "EL": "GRC",
    "XK": "XKX",
    "EAZ": "EAZ",
}
