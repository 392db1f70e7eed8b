"""The table of docs/reliability.md says the worst that was seen."""

from tests.faults.figures import Figure
from tests.faults.table import table

KILLED = Figure("b", "F1 killed", 0.34, 0.1, 0.0, receipts=100, retries=3)
SLOWER = Figure("c", "F1 killed", 2.0, 0.0, 0.5, receipts=10, retries=0)


def test_of_each_deployment_the_worst():
    row = table([KILLED, SLOWER, KILLED._replace(answer=0.2, retries=4)]).splitlines()[2]
    assert row.startswith("| F1 killed | bc | bc |")
    assert row.endswith("| bc | 0.3 / 2.0 | 0.1 / 0.0 | 0.0 / 0.5 | 4 / 0 |")


def test_what_was_said_before_stays_where_it_was_worse():
    before = table([KILLED, KILLED._replace(fault="F2 all killed")])
    after = table([KILLED._replace(answer=0.7, retries=0), SLOWER], before).splitlines()
    assert after[2].endswith("| bc | 0.7 / 2.0 | 0.1 / 0.0 | 0.0 / 0.5 | 3 / 0 |")
    assert after[3] == before.splitlines()[3]
    assert after[-1] == "4 faults, 310 receipts among them."
