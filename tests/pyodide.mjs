// Run pytest on Pyodide, which is CPython in WebAssembly: the session `pyodide` starts this file.
//
//   node pyodide.mjs NODE_MODULES PACKAGES [PYTEST'S ARGUMENTS]

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, packages, ...options] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(modules, "pyodide", "pyodide.mjs")));
const pyodide = await loadPyodide();
pyodide.mountNodeFS("/project", process.cwd());
pyodide.mountNodeFS("/packages", packages);
pyodide.globals.set("options", pyodide.toPy(options));
process.exitCode = pyodide.runPython(`
import os
import sys

sys.path[:0] = ["/project", "/packages"]
os.chdir("/project")

import pytest

print("Python", sys.version)
int(pytest.main(options))
`);
