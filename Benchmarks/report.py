"""Results as text and as a table for people."""

import platform
import statistics

MEBI = 2**20


def machine():
    """The processor and how many of it there are."""
    name, count = platform.machine(), 0
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name, count = value.strip(), count + 1
    return f"{count} x {name}"


def ratios(result):
    """How many times as fast as its neighbour each iteration of ours was."""
    return [b / a for a, b in zip(result["planform"]["seconds"], result["pytorch"]["seconds"])]


def footprint(facts):
    """Bytes that the plan says a run needs: arena, states, inputs and the kernels' scratch."""
    return sum(facts[name] for name in ("arena_bytes", "state_bytes", "input_bytes", "scratch_bytes"))


def row(side):
    return (f"  {side['name']:40} {side['median']:8.3f} s  ({side['lowest']:.3f} to {side['highest']:.3f})  "
            f"{side['peak_bytes'] / MEBI:7.0f} MiB  startup {startup(side):.2f} s")


def startup(side):
    """The middle one of several starts."""
    return statistics.median(side.get("startups", [side["startup_seconds"]]))


def shares_of_sgemm(result):
    """How fast the program's products are relative to a plain one, as they are left and as they were, by turns."""
    return (
        statistics.median(turn[name] / turn["sgemm_gflops"] for turn in result["rates"])
        for name in ("product_gflops", "direct_gflops"))


def text(result):
    """A paragraph on one system."""
    if "failure" in result:
        return f"{result['title']}: {result['program']}, {result['precision']} failed: {result['failure']}"
    ours, theirs, facts = result["planform"], result["pytorch"], result["planform"]["facts"]
    pairs, overall = ratios(result), facts["flops"] / ours["median"] / 1e9
    planned, (share, direct) = footprint(facts), shares_of_sgemm(result)
    sgemm, products, spent = (
        statistics.median(turn[name] for turn in result["rates"])
        for name in ("sgemm_gflops", "product_gflops", "product_share"))
    lines = [
        f"{result['title']}: {result['program']}, {result['precision']}, {result['threads']} threads, "
        f"{len(pairs)} iterations in turns; {result['machine']}; PyTorch {theirs['facts']['version']}",
        row(ours), row(theirs)]
    for trial in result["variants"]:
        lines.append("    " + (trial["failure"] if "failure" in trial else
                               f"alone: {row(trial).strip()}"))
    lines += [
        f"  speed: {statistics.median(pairs):.2f} times PyTorch's (pairs: {min(pairs):.2f} to {max(pairs):.2f}); "
        f"memory: {ours['peak_bytes'] / theirs['peak_bytes']:.2f} of PyTorch's",
        f"  rate: convolutions and products {products:.0f} GFLOP/s in {spent:.0%} of the time, "
        f"{share:.2f} of this machine's sgemm ({sgemm:.0f} GFLOP/s), {direct:.2f} with the products "
        f"that transformed tiles save; over everything {overall:.0f} GFLOP/s",
        f"  arena: {facts['arena_bytes'] / MEBI:.1f} MiB, {facts['arena_bytes'] / facts['lower_bound_bytes']:.3f} of "
        f"the lower bound; without reuse {facts['without_reuse_bytes'] / MEBI:.0f} MiB; states "
        f"{facts['state_bytes'] / MEBI:.0f} MiB; scratch {facts['scratch_bytes'] / MEBI:.1f} MiB",
        f"  resident: {ours['peak_bytes'] / MEBI:.0f} MiB, {(ours['peak_bytes'] - planned) / MEBI:+.0f} MiB against the "
        f"plan's {planned / MEBI:.0f} MiB",
        f"  compile {result['compile_seconds']:.2f} s, load {facts['load_seconds']:.2f} s"]
    return "\n".join(lines)


def table(results):
    """Markdown, one line a result."""
    lines = [
        "| | Planform | PyTorch | faster | memory | of sgemm | startup | PyTorch variant |",
        "|---|---|---|---|---|---|---|---|"]
    others, failures = [], []
    for result in results:
        kind = ["sampling"] * (result["program"] == "sample") + ["bf16"] * (result["precision"] == "bf16")
        title = ", ".join([result["title"], *kind])
        if "failure" in result:
            lines.append(f"| {title} | failed |" + " |" * 6)
            failures.append(f"- {title}: {result['failure']}")
            continue
        failures += [f"- {title}: {trial['failure']}" for trial in result["variants"] if "failure" in trial]
        others += [
            f"- {title}: {trial['name']} {trial['facts']['version']}, alone: {measured(trial)}, "
            f"{trial['peak_bytes'] / MEBI:,.0f} MiB"
            for trial in result["variants"] if "failure" not in trial and not trial["name"].startswith("PyTorch")]
        ours, theirs = result["planform"], result["pytorch"]
        pairs = ratios(result)
        share, direct = shares_of_sgemm(result)
        lines.append("| " + " | ".join([
            title, measured(ours), measured(theirs),
            f"{statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})",
            f"{ours['peak_bytes'] / MEBI:,.0f} : {theirs['peak_bytes'] / MEBI:,.0f} MiB = "
            f"{ours['peak_bytes'] / theirs['peak_bytes']:.2f}",
            f"{share:.2f} ({direct:.2f})", f"{startup(ours):.2f} : {startup(theirs):.2f} s",
            theirs["name"].removeprefix("PyTorch ")]) + " |")
    if others:
        lines += ["", "Other frameworks:", "", *others]
    if failures:
        lines += ["", "What failed:", "", *failures]
    return "\n".join(lines)


def measured(side):
    return f"{side['median']:.3f} s ({side['lowest']:.3f} to {side['highest']:.3f})"
