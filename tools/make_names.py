#!/usr/bin/env python3
"""Write samples/names/data from the family names of the Python package Faker (pip install Faker).

    python3 tools/make_names.py [FOLDER]

A file for each language, with a name a line. Names that several of the languages have are in none
of them, and of long lists names at even distances stay. The bytes are the same for each run.
"""

import collections
import importlib
import pathlib
import sys
import unicodedata

FOLDER = pathlib.Path(__file__).parent.parent / "samples/names/data"
MOST = 800
LISTS = {"Croatian": ("hr_HR", "last_names"), "Dutch": ("nl_NL", "last_names"), "English": ("en_GB", "last_names"),
         "Estonian": ("et_EE", "last_names_est"), "Finnish": ("fi_FI", "last_names"),
         "French": ("fr_FR", "last_names"), "German": ("de_DE", "last_names"), "Irish": ("ga_IE", "last_names"),
         "Italian": ("it_IT", "last_names"), "Slovak": ("sk_SK", "last_names_male"),
         "Spanish": ("es_ES", "last_names"), "Swedish": ("sv_SE", "last_names"), "Zulu": ("zu_ZA", "last_names")}


def names_of(locale, attribute):
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    return sorted({unicodedata.normalize("NFC", name.strip()) for name in getattr(provider, attribute)})


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    names = {language: names_of(*where) for language, where in LISTS.items()}
    owners = collections.Counter(name for all_names in names.values() for name in all_names)
    for language, all_names in names.items():
        own = [name for name in all_names if owners[name] == 1]
        count = min(MOST, len(own))
        kept = [own[i * len(own) // count] for i in range(count)]
        (folder / f"{language}.txt").write_text("".join(f"{name}\n" for name in kept), encoding="utf-8")


if __name__ == "__main__":
    main()
