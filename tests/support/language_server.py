"""An editor without a screen: it asks pyright's language server what a person would be shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast
from urllib.parse import unquote, urlparse


class LanguageServer:
    """pyright's language server, on a folder of programs."""

    def __init__(self, folder: Path, package_root: Path) -> None:
        self._folder = folder
        self._settings = {
            "python": {
                "pythonPath": sys.executable,
                "analysis": {"extraPaths": [str(package_root)], "diagnosticMode": "openFilesOnly"},
            }
        }
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "pyright.langserver", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        )
        self._last_id = 0

    def __enter__(self) -> Self:
        root = self._folder.as_uri()
        markdown = ["markdown", "plaintext"]
        item = {"documentationFormat": markdown, "snippetSupport": False}
        text_document = {
            "hover": {"contentFormat": markdown},
            "completion": {"completionItem": item},
        }
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "programs"}],
                "capabilities": {
                    "textDocument": text_document,
                    "workspace": {"configuration": True, "workspaceFolders": True},
                },
            },
        )
        self._notify("initialized", {})
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if exception is None:
                self.request("shutdown", None)
            self._notify("exit", None)
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()

    @contextmanager
    def opened(self, name: str, marked: str) -> Generator[dict[str, Any]]:
        """Open a program; where `|` stands in it is the cursor."""
        before, cursor, after = marked.partition("|")
        assert cursor, "the program has no cursor"
        path = self._folder / name
        path.write_text(before + after, "utf-8")
        document: dict[str, Any] = {"uri": path.as_uri()}
        opened = {**document, "languageId": "python", "version": 1, "text": before + after}
        self._notify("textDocument/didOpen", {"textDocument": opened})
        lines = before.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        yield {"textDocument": document, "position": position}
        self._notify("textDocument/didClose", {"textDocument": document})

    def completions(self, marked: str) -> list[str]:
        """What is offered at the cursor, in the order in which an editor shows it."""
        with self.opened("completions.py", marked) as where:
            result = self.request("textDocument/completion", where)
        items: list[dict[str, Any]] = result["items"]
        items.sort(key=lambda item: str(item.get("sortText", item["label"])))
        return [item["label"] for item in items]

    def hover(self, marked: str) -> str:
        """What is shown of the name below the cursor."""
        with self.opened("hover.py", marked) as where:
            result = self.request("textDocument/hover", where)
        # Markdown keeps spaces from being swallowed, and marks from being read.
        text: str = result["contents"]["value"] if result else ""
        return " ".join(text.replace("&nbsp;", " ").replace("\\", "").split())

    def definition(self, marked: str) -> tuple[Path, int]:
        """Where the name below the cursor is defined: the file, and the line from 1."""
        with self.opened("definition.py", marked) as where:
            [place] = self.request("textDocument/definition", where)
        uri: str = place["uri"]
        path = Path(unquote(urlparse(uri).path))
        return path, place["range"]["start"]["line"] + 1

    def signature(self, marked: str) -> Mapping[str, str]:
        """The words of the parameters of the call around the cursor."""
        with self.opened("signature.py", marked) as where:
            result = self.request("textDocument/signatureHelp", where)
        [signature] = result["signatures"]
        return {
            parameter.get("label", ""): json.dumps(parameter.get("documentation", ""))
            for parameter in signature["parameters"]
        }

    def request(self, method: str, parameters: object) -> Any:
        """Ask, and wait for the answer; what the server asks meanwhile is answered."""
        self._last_id += 1
        asked = self._last_id
        self._send({"id": asked, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if "method" in message:
                if "id" in message:
                    self._send({"id": message["id"], "result": self._answer(message)})
            elif message["id"] == asked:
                assert "error" not in message, message["error"]
                return message["result"]

    def _answer(self, message: Mapping[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        items: list[dict[str, str]] = message["params"]["items"]
        found: list[Any] = []
        for item in items:
            value: Any = self._settings
            for part in item["section"].split("."):
                value = cast("dict[str, Any]", value).get(part) if isinstance(value, dict) else None
            found.append(value)
        return found

    def _notify(self, method: str, parameters: object) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._stream(self._process.stdin)
        stream.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        stream.flush()

    def _receive(self) -> dict[str, Any]:
        stream = self._stream(self._process.stdout)
        length = 0
        while (header := stream.readline().strip()) or not length:
            assert header or self._process.poll() is None, "the server has ended"
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream
