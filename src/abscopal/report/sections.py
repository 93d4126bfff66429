"""The report's sections on what happened in the trial, each a function of the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from abscopal.report.comparison import Comparison
from abscopal.report.counts import baseline_rows, death_rows, disposition_rows, response_rows
from abscopal.report.figures import (
    Panel,
    course_panels,
    forest_panels,
    response_panels,
    site_panels,
    survival_panels,
)
from abscopal.report.findings import Findings
from abscopal.report.lesion_map import MOST_SUBJECTS
from abscopal.report.marginals import marginals_part, unused_of
from abscopal.report.markup import Child, Html, joined, table, tag, unbroken
from abscopal.report.numbers import NONE, NOT_REACHED, counted, known, percent
from abscopal.report.spider import MOST_LINES
from abscopal.report.style import arm_colours
from abscopal.report.svg import to_inline_svg
from abscopal.report.waterfall import MOST_BARS

MOST_FORESTS = 6  # comparisons drawn, so that a trial of many arms stays one small file
NBSP = "\u00a0"  # holds the line of an interval that is not there
HEADLINES = (("orr", "Objective response"), ("pfs_median", "Median PFS, months"), ("os_median", "Median OS, months"))


def in_short(findings: Findings) -> Html:
    """One plain paragraph: what was tried, what came out, how it sits beside the paper."""
    arms, subjects = findings.trial.arms, len(findings.tables["adsl"])
    who = counted(subjects, "virtual patient" if findings.simulated else "patient")
    were = "was" if subjects == 1 else "were"
    against = " against ".join(arms) if len(arms) == 2 else _listed(arms)
    sentences = [f"{who} {were} followed in this trial of {against}{_in_indication(findings)}."]
    responses = [f"{percent(findings.value(arm, 'orr').simulated)} of the {arm} arm" for arm in arms]
    sentences.append(f"A confirmed response was seen in {_listed(responses)}.")
    sentences.append(_survival_sentence(findings))
    sentences += [_ratio_sentence(findings, arm, reference) for arm, reference in findings.pairs[:2]]
    sentences.append(_agreement_sentence(findings.compared))
    return tag("p", " ".join(sentence for sentence in sentences if sentence), class_="lead")


def _in_indication(findings: Findings) -> str:
    return f" in {findings.trial.indication}" if findings.trial.indication else ""


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _survival_sentence(findings: Findings) -> str:
    medians = [findings.value(arm, "os_median") for arm in findings.trial.arms]
    words = [
        f"{row.simulated:.1f} months with {row.group}" if known(row.simulated) else f"not reached with {row.group}"
        for row in medians
    ]
    return f"Median overall survival was {_listed(words)}."


def _ratio_sentence(findings: Findings, arm: str, reference: str) -> str:
    row = findings.value(f"{arm} against {reference}", "hr_os")
    if row.simulated is None or row.limits is None:
        return ""
    interval = row.simulated_text().replace(" (", ", 95 % interval ")
    if row.simulated >= 2:
        size = f"{row.simulated:.1f} times that"
    else:
        size = f"{percent(abs(1 - row.simulated))} {'lower' if row.simulated < 1 else 'higher'} than"
    return f"The hazard of death with {arm} was {size} with {reference} (hazard ratio {interval}."


def _agreement_sentence(compared: Sequence[Comparison]) -> str:
    """How many published values the simulated intervals hold: said whether it flatters or not."""
    judged = [row.inside for row in compared if row.inside is not None]
    if not judged:
        return ""
    return f"Of {len(judged)} published figures, {sum(judged)} lie within the 95 % interval of the simulated one."


def left_out(findings: Findings) -> Html:
    """Say how many subjects are in no figure and no estimate, and why; nothing where all are in."""
    failed = dict(findings.summary.get("failed", {}))
    sentences = []
    if number := int(failed.get("n", 0)):
        reasons = ", ".join(f"{reason}: {count}" for reason, count in dict(failed.get("reasons", {})).items())
        sentences.append(f"The computation of {counted(number, 'subject')} failed ({reasons}).")
    for part in findings.summary.get("missing", ()):
        who = f"Subjects {part['first']} to {part['last']}"
        sentences.append(f"{who} were not computed, because their shard failed ({part['reason']}).")
    if not sentences:
        return Html("")
    return tag("p", " ".join([*sentences, "They are in no figure and no estimate."]), class_="notice", role="note")


def big_numbers(findings: Findings) -> Html:
    """One card per arm with its headline numbers, the published ones in small below them."""
    colours = arm_colours(findings.trial.arms)
    return tag("div", [_card(findings, arm, colours[arm]) for arm in findings.trial.arms], class_="cards")


def _card(findings: Findings, arm: str, colour: str) -> Html:
    cells = [_headline(label, findings.value(arm, key)) for key, label in HEADLINES]
    for of, reference in findings.pairs:
        if of == arm:
            row = findings.value(f"{arm} against {reference}", "hr_os")
            cells.append(_headline("OS hazard ratio" if len(findings.pairs) == 1 else f"OS HR to {reference}", row))
    regimen = " + ".join(findings.trial.regimens[arm])
    return tag(
        "div",
        tag("p", arm, class_="arm"),
        tag("p", regimen, class_="regimen") if regimen != arm else "",
        tag("dl", cells, class_="numbers"),
        class_="card",
        style=f"--arm:{colour}",
    )


def _headline(label: str, row: Comparison) -> Html:
    main, _, interval = row.simulated_text().partition(" (")
    published = f"published {_value_only(row)}" if row.published is not None else ""
    return tag(
        "div",
        tag("dt", label),
        tag("dd", tag("span", main, class_="big words" if main == NOT_REACHED else "big")),
        tag("dd", ["95 %: ", tag("span", interval.rstrip(")"), class_="nb")] if interval else NBSP, class_="small"),
        tag("dd", published, class_="small") if published else "",
    )


def _value_only(row: Comparison) -> str:
    return row.published_text().partition(" (")[0]


def comparison_section(findings: Findings) -> Html:
    """Every endpoint that tables and paper share, with the difference."""
    rows: list[list[Child]] = []
    group = ""
    for row in findings.compared:
        if row.group != group:
            group = row.group
            rows.append([group])
        rows.append([row.label, row.simulated_text(), _published_cell(row), _difference_cell(row)])
    header = ["Endpoint", "Simulated", "Published", "Difference"]
    written = table(header, rows, "By arm and endpoint, 95 % intervals in brackets")
    return joined([written, tag("p", _COMPARISON_NOTE, class_="note")])


_COMPARISON_NOTE = (
    "Simulated intervals show the chance of the draw of subjects only: exact (Clopper-Pearson) for rates, log-log for "
    "survival, Brookmeyer-Crowley for medians, Wald for hazard ratios. They leave out what is not known about the "
    "model's parameters. “Checked” published figures were seen in the source or computed from its curve, “recalled” "
    "ones are provisional. Differences are simulated less published; for hazard ratios, simulated over published."
)


def _published_cell(row: Comparison) -> Child:
    if row.published is None:
        return NONE
    source = row.published.source
    mark = tag("span", source, class_=f"mark {'checked' if source == 'checked' else 'recalled'}") if source else ""
    text, note = row.published_text(), row.published.note
    return [unbroken(text), " ", mark, " ", tag("span", note, class_="aside") if note not in ("", text) else ""]


def _difference_cell(row: Comparison) -> Child:
    text = row.difference_text()
    if row.inside is None:
        return text
    place = "within interval" if row.inside else "outside interval"
    return [text, " ", tag("span", place, class_="place" if row.inside else "place outside")]


def survival_section(findings: Findings) -> Html:
    """Kaplan-Meier panels and where the published curves come from."""
    caption = (
        "Kaplan-Meier estimates with pointwise 95 % intervals (log-log, shaded); ticks mark censored subjects. Numbers "
        "at risk stand below their month. In brackets after a median: its 95 % interval (NR, not reached)."
    )
    cited = list(dict.fromkeys(curve.citation for curve in findings.trial.curves.values() if curve.citation))
    papers = cited or [paper.citation for paper in findings.trial.citations]
    overlaid = bool(findings.trial.curves) or any(findings.trial.landmarks("OS", arm) for arm in findings.trial.arms)
    if overlaid:
        points = "Dashed lines and circles are published values"
        caption += f" {points} ({'; '.join(papers)})." if papers else f" {points}."
    return _figure(survival_panels(findings.tables, findings.trial), caption)


def response_section(findings: Findings) -> Html:
    """Response table, then waterfall and spider panels."""
    header = ["", *findings.trial.arms]
    panels = response_panels(findings.tables, findings.trial)
    half = len(panels) // 2
    return joined(
        [
            table(header, response_rows(findings.tables, findings.trial.arms), "Confirmed best overall response"),
            *_others(findings),
            tag("h3", "Best change of the sum of target diameters"),
            _figure(
                panels[:half],
                "One bar per subject, the smallest sum until progression against baseline. Dashed lines: +20 % and "
                "−30 %. A diamond marks a subject in whom a new lesion was seen by then."
                + _sampled(
                    findings,
                    MOST_BARS,
                    "Of more than {} measured subjects of an arm, {} are drawn, chosen evenly along their order",
                ),
            ),
            tag("h3", "Sum of target diameters over time"),
            _figure(
                panels[half:],
                "One line per subject, coloured by confirmed best response; a diamond marks the scan that showed the "
                "first new lesion. Lines leave the plot above +100 %."
                + _sampled(
                    findings,
                    MOST_LINES,
                    "Of more than {} subjects of an arm, {} are drawn, a fixed sample "
                    "spread evenly over the order of enrolment",
                ),
            ),
        ]
    )


def _others(findings: Findings) -> list[Html]:
    """Table of response by further criteria and readers; nothing where the scans were assessed once."""
    told: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in findings.summary.get("other_assessments", ()):
        told.setdefault(f"{row['criteria']}, {row['evaluator'].lower()}", {})[row["arm"]] = row
    arms = findings.trial.arms
    rows = [[by, *(_both(found.get(arm)) for arm in arms)] for by, found in told.items()]
    caption = "Objective response and disease control, the same scans assessed by"
    return [table(["", *arms], rows, caption)] if rows else []


def _both(row: Mapping[str, Any] | None) -> str:
    return NONE if row is None else f"{percent(row['orr'])}, {percent(row['dcr'])}"


def _sampled(findings: Findings, most: int, sentence: str) -> str:
    """Return what to add to the caption of a figure that shows at most so many subjects of an arm; else nothing."""
    largest = findings.tables["adsl"]["ARM"].value_counts().max()
    return f" {sentence.format(most, most)}; the numbers stand above each panel." if largest > most else ""


def course_section(findings: Findings) -> Html:
    """Swimmer panels."""
    caption = (
        "An even sample of each arm, ordered by length of follow-up. The thick bar ends with the last dose, the thin "
        "one with the last day known."
    )
    return _figure(course_panels(findings.tables, findings.trial), caption)


def sites_section(findings: Findings) -> Html:
    """Lesion-site maps."""
    caption = (
        "Disc area: share of subjects with a lesion in the organ at baseline. Colour: median over subjects of the best "
        "change of the summed diameters of their target lesions there; white where no target lesion was measured twice "
        "(bone lesions are not measurable by RECIST 1.1). New: share of subjects with a new lesion there later."
    )
    caption += _sampled(
        findings,
        MOST_SUBJECTS,
        "Of more than {} subjects of an arm, {} are counted, a fixed sample spread evenly over "
        "the order of enrolment: its shares are within about 1.4 points of those of all",
    )
    return _figure(site_panels(findings.tables, findings.trial), caption)


def forest_section(findings: Findings) -> Html:
    """Forest plots, or a sentence when there is one arm only."""
    if not findings.pairs:
        return tag("p", "The trial has one arm, so there is nothing to compare it with.")
    caption = (
        "Cox hazard ratios with Wald 95 % intervals; below 1 favours the first arm. Subgroups were not tested for "
        "interaction and are not adjusted for their number: a difference between two of them may be chance. Ratios "
        "from fewer than 10 events are not shown."
    )
    shown = findings.pairs[:MOST_FORESTS]
    if len(shown) < len(findings.pairs):
        caption += (
            f" Only the first {len(shown)} of {len(findings.pairs)} comparisons are drawn; the table above has all."
        )
    return _figure(forest_panels(findings.tables, findings.trial, shown), caption)


def deaths_section(findings: Findings) -> Html:
    """Causes of death beside disposition."""
    adsl, arms = findings.tables["adsl"], findings.trial.arms
    header = ["", *arms]
    deaths = table(header, death_rows(adsl, arms), "Causes of death (share of deaths)")
    ends = table(header, disposition_rows(adsl, arms), "Disposition")
    return tag("div", deaths, ends, class_="two")


def trial_section(findings: Findings) -> Html:
    """Design and regimens beside the baseline table."""
    trial = findings.trial
    treatments = [[arm, " + ".join(regimens) or "no active treatment"] for arm, regimens in trial.regimens.items()]
    schedule = [["Conduct"], *([what, text] for what, text in trial.design)] if trial.design else []
    design = table(["", ""], [["Treatment"], *treatments, *schedule], "Design")
    sources = {value.source for value in trial.baseline.values()}
    published = f"published ({', '.join(sorted(sources))}), all arms" if any(sources) else "published, all arms"
    header = ["", *trial.arms, *([published] if trial.baseline else [])]
    rows = baseline_rows(findings.tables["adsl"], trial.arms, trial.baseline)
    baseline = table(header, rows, "Subjects at baseline: median (quartiles) or number (share)")
    notes = [tag("p", note, class_="note") for note in trial.notes]
    return tag("div", tag("div", design, notes), tag("div", baseline, _asked_for(findings)), class_="two")


def _asked_for(findings: Findings) -> Html:
    """Write what the protocol asks of the enrolled beside what they are, where a simulation chose them by it."""
    told = dict(findings.manifest.get("marginals", {}))
    if not findings.simulated or not findings.trial.baseline:
        return Html("")
    unused = unused_of({k: v for k, v in findings.trial.baseline.items() if v.value is not None}, told)
    return marginals_part(told, findings.manifest.get("effective_candidates"), unused)


def _figure(panels: Sequence[Panel], caption: str) -> Html:
    drawn = [Html(to_inline_svg(panel.figure, panel.name, panel.alternative)) for panel in panels]
    return tag("figure", tag("div", [tag("div", svg) for svg in drawn], class_="panels"), tag("figcaption", caption))
