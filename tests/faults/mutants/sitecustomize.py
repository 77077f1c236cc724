"""Loads the product with one precaution taken out. Python runs this first when this folder is on its path."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from catalogue import MUTANTS


class MutatedLoader(SourceFileLoader):
    """Compiles a module from its changed text, past any cached code. Refuses a change that finds nothing to change."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the changed text."""
        text = Path(self.path).read_text()
        for old, new in MUTANTS[os.environ["CLAIMDESK_MUTANT"]].changes[fullname]:
            if old not in text:
                raise ImportError(f"{fullname} no longer holds {old!r}")
            text = text.replace(old, new)
        return compile(text, self.path, "exec", dont_inherit=True)


class MutatedFinder(MetaPathFinder):
    """Finds the modules that the mutant changes, and leaves all others to Python."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The usual place, with our loader."""
        del target
        if fullname not in MUTANTS[os.environ["CLAIMDESK_MUTANT"]].changes:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.origin is not None:
            spec.loader = MutatedLoader(fullname, spec.origin)
        return spec


if os.environ.get("CLAIMDESK_MUTANT"):
    sys.meta_path.insert(0, MutatedFinder())
