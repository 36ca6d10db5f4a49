#!/usr/bin/env python3
"""Pictures of a log folder as the real TensorBoard shows it in headless Chromium: the tabs Scalars,
Histograms and Graphs. Fails when a tab shows no data.

Needs a Python that has tensorboard (`./dev test interop` makes build/interop) and Debian's packages
chromium and chromium-driver. Everything stays on this machine: both serve on 127.0.0.1 only.
"""

import argparse
import base64
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

# No proxy of the environment stands between here and 127.0.0.1.
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# What the page shows of a shape, also inside web components and frames.
FIND = """
const shape = arguments[0], found = [];
const walk = root => {
  for (const element of root.querySelectorAll('*')) {
    if (element.matches(shape) && element.getClientRects().length > 0) found.push(element);
    if (element.shadowRoot) walk(element.shadowRoot);
    if (element.contentDocument) walk(element.contentDocument);
  }
};
walk(document);
"""
COUNT = FIND + "return found.length;"
CLICK = FIND + "found.filter(e => e.textContent.includes(arguments[1])).forEach(e => e.click());"

# Of each tab: the fragment of its address, and what on the page is a line, a slice or a node.
TABS = {
    "scalars": ("#scalars&_smoothingWeight=0", "path.line"),
    "histograms": ("#histograms", "path.outline"),
    "graphs": ("#graphs", "g.node"),
}


def answer_of(url, message=None):
    """What a local server answers: GET, or POST of a JSON message."""
    data = None if message is None else json.dumps(message).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with LOCAL.open(request, timeout=60) as answer:
        return json.load(answer)


@contextlib.contextmanager
def server(command, ready):
    """Runs a server until the end of the block; gives its address, which it prints by itself."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield wait_for(lambda: address_in(process, log, ready), f"{command[0]} to start")
        finally:
            process.terminate()
            process.wait()


def address_in(process, log, ready):
    log.seek(0)
    text = log.read().decode()
    if process.poll() is not None:
        raise SystemExit(f"tensorboard_pictures: {process.args[0]} ended: {text}")
    found = re.search(ready, text)
    return found and f"http://127.0.0.1:{found[1]}"


def wait_for(condition, what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    raise SystemExit(f"tensorboard_pictures: waited {seconds} s for {what}")


class Browser:
    """A window of Chromium, driven by WebDriver's messages."""

    def __init__(self, driver, width, height):
        options = {"args": ["--headless=new", "--no-sandbox", "--no-proxy-server",
                            "--disable-background-networking",
                            "--disable-dev-shm-usage", "--hide-scrollbars",
                            "--enable-unsafe-swiftshader"]}
        capabilities = {"alwaysMatch": {"goog:chromeOptions": options}}
        started = answer_of(f"{driver}/session", {"capabilities": capabilities})
        self.session = f"{driver}/session/{started['value']['sessionId']}"
        self.resize(width, height)

    def resize(self, width, height):
        """The page itself gets this size; the window adds its frame."""
        self.set_window(width, height)
        frame = height - self.run("return window.innerHeight;")
        self.set_window(width, height + frame)

    def set_window(self, width, height):
        answer_of(f"{self.session}/window/rect", {"width": width, "height": height})

    def close(self):
        request = urllib.request.Request(self.session, method="DELETE")
        LOCAL.open(request, timeout=60).close()

    def go(self, url):
        answer_of(f"{self.session}/url", {"url": url})

    def run(self, script, *arguments):
        message = {"script": script, "args": arguments}
        return answer_of(f"{self.session}/execute/sync", message)["value"]

    def count(self, shape):
        return self.run(COUNT, shape)

    def picture(self):
        return base64.b64decode(answer_of(f"{self.session}/screenshot")["value"])

    def settled_picture(self):
        """A picture that the page no longer changes: no animation, nothing still to load."""
        last = self.picture()
        for _ in range(30):
            time.sleep(1)
            now = self.picture()
            if now == last:
                return now
            last = now
        return last


def tensorboard_of(log_folder):
    """TensorBoard itself, showing a million values of a tag rather than a sample of them."""
    return server([sys.executable, "-m", "tensorboard.main", "--logdir", str(log_folder),
                   "--host", "127.0.0.1", "--port", "0",
                   "--samples_per_plugin", "scalars=1000000,histograms=1000000"],
                  r"at http://127\.0\.0\.1:(\d+)")


def take_pictures(tensorboard, browser, folder):
    wait_for(lambda: answer_of(f"{tensorboard}/data/runs"), "TensorBoard to find a run")
    for tab, (address, shape) in TABS.items():
        browser.go(f"{tensorboard}/?darkMode=false{address}")
        shown = wait_for(lambda: browser.count(shape), f"data in {tab}")
        browser.run(CLICK, "paper-checkbox", "Ignore outliers")
        path = folder / f"tensorboard_{tab}.png"
        path.write_bytes(browser.settled_picture())
        print(f"{path}: {shown} x {shape}, {path.stat().st_size // 1024} KB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log_folder", type=Path)
    parser.add_argument("picture_folder", type=Path, nargs="?",
                        default=Path(__file__).resolve().parent.parent / "docs" / "pictures")
    arguments = parser.parse_args()
    if not any(arguments.log_folder.rglob("*tfevents*")):
        raise SystemExit(f"tensorboard_pictures: no event file in {arguments.log_folder}")
    arguments.picture_folder.mkdir(parents=True, exist_ok=True)
    with tensorboard_of(arguments.log_folder) as page, \
            server(["chromedriver", "--port=0"], r"successfully on port (\d+)") as driver:
        with contextlib.closing(Browser(driver, 1200, 800)) as browser:
            take_pictures(page, browser, arguments.picture_folder)


if __name__ == "__main__":
    main()
