"""Parameters of papermill in notebooks for the Go kernel.

Papermill loads this through the entry point of an engine, when it starts. It declares a
parameter as a variable, so the cell tagged "parameters" does so too: var rate = 65.0. A
number with a decimal point is a float64, one without is an int.
"""
import json
import math

from papermill.engines import NBClientEngine
from papermill.translators import Translator, papermill_translators


class GoTranslator(Translator):
    @classmethod
    def translate_str(cls, val):
        return json.dumps(val, ensure_ascii=False)

    translate_escaped_str = translate_str

    @classmethod
    def translate_none(cls, val):
        return "any(nil)"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "math.NaN()"
        if math.isinf(val):
            return "math.Inf(%d)" % math.copysign(1, val)
        return repr(val)

    @classmethod
    def translate_list(cls, val):
        types = {type(v) for v in val}
        kind = {bool: "bool", int: "int", float: "float64", str: "string"}.get(types.pop()) if len(types) == 1 else None
        if types == {int, float}:
            kind = "float64"
        return "[]%s{%s}" % (kind or "any", ", ".join(cls.translate(v) for v in val))

    @classmethod
    def translate_dict(cls, val):
        return "map[string]any{%s}" % ", ".join(cls.translate_str(str(k)) + ": " + cls.translate(v) for k, v in val.items())

    @classmethod
    def comment(cls, cmt_str):
        return "// " + cmt_str.strip()

    @classmethod
    def assign(cls, name, str_val):
        return "var %s = %s" % (name, str_val)


papermill_translators.register("go", GoTranslator)


class Engine(NBClientEngine):
    """Runs a notebook as papermill does anyway."""
