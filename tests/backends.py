"""What the engine can be tested on here: always the CPU; a GPU where there is one, or where numba-cuda plays one."""

from importlib.util import find_spec


def compiler_there() -> bool:
    """Whether numba-cuda is installed (it is not to be had for every system)."""
    return find_spec("numba_cuda") is not None


def gpu_there() -> bool:
    """Whether kernels can be run: on a GPU, or thread by thread in Python with NUMBA_ENABLE_CUDASIM=1."""
    if not compiler_there():
        return False
    from numba import cuda

    return bool(cuda.is_available())


def simulated() -> bool:
    """Whether the GPU is only played."""
    if not compiler_there():
        return False
    from abscopal.engine.cuda_kernel import simulated

    return simulated()


BACKENDS = ["cpu", "cuda"] if gpu_there() else ["cpu"]
