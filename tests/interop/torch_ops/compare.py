"""Whether two results are the same, and where they differ first."""

import torch

# In units of the last place of the larger of an element and the result's scale: torch adds in
# another order, and its elementary functions are right to a few units. Each derivative is a formula
# of some operations more.
UNITS = {"value": 2**7, "gradient": 2**9, "second": 2**11}
# Of float16 and bfloat16, which both round once an operation, but not both in the same places.
FEW_UNITS = {"value": 2**2, "gradient": 2**4, "second": 2**5}


def scale(kind, x):
    """What digits may be lost to by cancellation: the largest finite element of a value, at most 1;
    1 in derivatives, in which random weights of that size meet."""
    finite = x[torch.isfinite(x)].abs()
    if kind != "value":
        return 1.0
    return min(finite.max().item(), 1.0) if finite.numel() else 0.0


def same(kind, got, wanted):
    if not wanted.dtype.is_floating_point:
        return got == wanted
    units = FEW_UNITS if wanted.dtype.itemsize == 2 else UNITS
    tolerance = units[kind] * torch.finfo(wanted.dtype).eps
    return torch.isclose(got, wanted, rtol=tolerance, atol=tolerance * scale(kind, wanted),
                         equal_nan=True)


def apart(got, wanted):
    """The largest distance, relative to the element and to the largest one."""
    distance = (got - wanted).abs() / (wanted.abs() + scale("value", wanted))
    return distance.nan_to_num(torch.inf).max().item()


def difference(kind, got, wanted):
    """(kind, text), or None. `kind` is a key of UNITS."""
    if got.dtype != wanted.dtype:
        return "dtype", f"torch {wanted.dtype}, here {got.dtype}"
    if got.shape != wanted.shape:
        return "shape", f"torch {list(wanted.shape)}, here {list(got.shape)}"
    got, wanted = got.detach(), wanted.detach()
    wrong = ~same(kind, got, wanted)
    if not wrong.any():
        return None
    place = tuple(wrong.nonzero()[0].tolist())
    text = (f"torch {wanted[place].item()}, here {got[place].item()} at {list(place)}, "
            f"{int(wrong.sum())} of {wrong.numel()}")
    return kind, text + (f", apart by {apart(got, wanted):.0e}" if wanted.is_floating_point() else "")
