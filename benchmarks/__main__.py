"""Every table, in Markdown: python -m benchmarks [--quick]; about four minutes on a busy core."""

import argparse

import torch

from .machine import copy_gb_per_s, described, gemm_gflops
from .networks import compared
from .pipeline import memory_table, pipeline_tables

RESOLUTIONS_PX = (128, 256, 512)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="128 pixels only, and one round")
    quick: bool = parser.parse_args().quick
    torch.set_num_threads(1)
    peaks = {"fp32": gemm_gflops(torch.float32), "bf16": gemm_gflops(torch.bfloat16)}
    print(f"{described()}\n", flush=True)
    print(
        f"One core: products of matrices {peaks['fp32']:.0f} GFLOP/s in float32 and {peaks['bf16']:.0f} in "
        f"bfloat16, copies {copy_gb_per_s():.1f} GB/s.\n",
        flush=True,
    )
    print(
        "## BigGAN\n\nThe weights are random. Left columns: CPU time of one thread, medians, measured in "
        "turns. Right columns: wall\ntime with all cores, the package with as many threads, one image at a "
        "time, musicvis with as many processes.\nDistances are from the package with four images at a time; "
        "its own with one.\n"
    )
    for resolution_px in RESOLUTIONS_PX[:1] if quick else RESOLUTIONS_PX:
        print(compared(resolution_px, peaks, rounds=1 if quick else 2), flush=True)
    print(pipeline_tables(128 if quick else 512, frame_count=4 if quick else 16), flush=True)
    if not quick:
        print(memory_table(512), flush=True)


if __name__ == "__main__":
    main()
