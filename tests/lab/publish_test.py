"""A run publishes its own figures and leaves all others alone."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab"))
import publish  # noqa: E402


def row(rule, code, hazard=5, fix=0, limit=None):
    return {"code": code, "rule": rule, "measured": "starts", "unit": "starts", "hazard": hazard, "fix": fix, "factor": None, "limit": limit,
            "must_hold": "hazard == 5", "holds": True, "note": None}


def run(otp, elixir, *rows):
    return {"otp": otp, "elixir": elixir, "rows": list(rows)}


class Publishing(unittest.TestCase):
    OLD = [run("25.2.3", "1.14.0", row("boot-order", "BW106"), row("call-cycle", "BW403")), run("27.3.4.1", "1.18.3", row("boot-order", "BW106"))]

    def test_replaces_the_rows_of_its_own_generation(self):
        merged = publish.merge(self.OLD, run("27.9", "1.18.9", row("boot-order", "BW106", hazard=4)))
        self.assertEqual([each["otp"] for each in merged], ["25.2.3", "27.9"])
        self.assertEqual(merged[0], self.OLD[0])
        self.assertEqual(merged[1]["rows"][0]["hazard"], 4)

    def test_keeps_what_it_did_not_measure_and_drops_rules_that_are_gone(self):
        old = [run("25.2.3", "1.14.0", row("call-cycle", "BW403"), row("no-such-rule", "BW999"))]
        merged = publish.merge(old, run("25.2.3", "1.14.0", row("boot-order", "BW106")))
        self.assertEqual([each["rule"] for each in merged[0]["rows"]], ["boot-order", "call-cycle"])

    def test_shows_each_generation_in_its_column(self):
        page = publish.page(self.OLD)
        self.assertIn("| 5 → 0 starts | 5 → 0 starts |", page)
        self.assertIn("| 5 → 0 starts | not measured |", page)

    def test_shows_what_was_given_up(self):
        self.assertEqual(publish.figure(row("a", "BW1", hazard=1000, limit=1000), "hazard"), "more than 1,000")


if __name__ == "__main__":
    unittest.main()
