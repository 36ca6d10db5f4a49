#!/usr/bin/env python3
"""Every public function that takes a tensor has a row in the table of undefined arguments.

Of the functions in include/tapegrad/ops the table is made when the tests are built (make_calls.py). Of others, and of
methods and operators, a row of an undefined_test.cpp in tests/ is `{"matmul", 2, [&] { matmul(x, none); }},`: what the
function calls itself in errors, and which argument is undefined, counted from 1; 0 is the tensor
whose method is called. What is wanted is read from the declarations in the headers: a row for each
parameter that is a Tensor or a list of them, and one for each method of Tensor. What may be
undefined is in EXEMPT, with the reason. A function that calls itself otherwise than it is called is
in CALLED.
"""

import re
from pathlib import Path

from declarations import declarations, function_of, functions_of, is_tensor, plain
from findings import report

HEADERS = ("include/tapegrad/*.hpp", "include/tapegrad/ops/**/*.hpp", "include/tapegrad/io/*.hpp",
           "include/tapegrad/nn/*.hpp", "include/tapegrad/summary/*.hpp", "include/tapegrad/data/*.hpp",
           "include/tapegrad/train/*.hpp")
LEFT_OUT = {
    "catch.hpp", "gtest.hpp", "doctest.hpp", "boost_test.hpp", "xtensor.hpp",  # opt-in bridges, whose functions call what is listed here
    "spellings.hpp",  # functions that call the methods of their names
    # What modules are made of: a parameter may be absent, and is undefined then.
    "census.hpp", "module.hpp", "parameter.hpp", "sequential.hpp", "trail.hpp",
}
OPS = "include/tapegrad/ops/*/*.hpp"
TABLES = "tests/**/undefined_test.cpp"
ROW = re.compile(r'\{"([\w:.]+)",\s*(\d+),')

# (class, or the namespace init; function) -> what it calls itself.
CALLED = {("TensorHandle", "sizes"): "shape", ("TensorHandle", "ndim"): "dim",
          ("Linear", "forward"): "linear", ("ReLU", "forward"): "relu",
          ("Sigmoid", "forward"): "sigmoid", ("Tanh", "forward"): "tanh",
          ("Dropout", "forward"): "dropout", ("Conv1d", "forward"): "conv1d",
          ("Conv2d", "forward"): "conv2d", ("Conv3d", "forward"): "conv3d",
          ("ConvTranspose1d", "forward"): "conv_transpose1d",
          ("ConvTranspose2d", "forward"): "conv_transpose2d",
          ("ConvTranspose3d", "forward"): "conv_transpose3d", ("Saver", "add"): "Saver.add",
          ("LayerNorm", "forward"): "layer_norm",
          ("RMSNorm", "forward"): "rms_norm",
          ("GroupNorm", "forward"): "group_norm",
          ("LocalResponseNorm", "forward"): "local_response_norm",
          ("Threshold", "forward"): "threshold",
          ("Hardtanh", "forward"): "hardtanh",
          ("Softplus", "forward"): "softplus",
          ("GELU", "forward"): "gelu",
          ("PReLU", "forward"): "prelu",
          ("Identity", "forward"): "Identity",
          ("Unflatten", "forward"): "Unflatten",
          ("Flatten", "forward"): "Flatten",
          ("PixelShuffle", "forward"): "pixel_shuffle",
          ("PixelUnshuffle", "forward"): "pixel_unshuffle",
          ("Embedding", "forward"): "embedding",
          ("EmbeddingBag", "forward"): "embedding_bag", ("EmbeddingBag", "operator()"): "embedding_bag",
          ("Upsample", "forward"): "interpolate",
          ("BatchNorm1d", "forward"): "batch_norm",
          ("InstanceNorm1d", "forward"): "instance_norm",
          ("Dropout1d", "forward"): "channel_dropout",
          ("BatchNorm2d", "forward"): "batch_norm",
          ("InstanceNorm2d", "forward"): "instance_norm",
          ("Dropout2d", "forward"): "channel_dropout",
          ("BatchNorm3d", "forward"): "batch_norm",
          ("InstanceNorm3d", "forward"): "instance_norm",
          ("Dropout3d", "forward"): "channel_dropout",
          ("MaxPool1d", "forward"): "max_pool1d",
          ("MaxPool2d", "forward"): "max_pool2d",
          ("MaxPool3d", "forward"): "max_pool3d",
          ("AvgPool1d", "forward"): "avg_pool1d",
          ("AvgPool2d", "forward"): "avg_pool2d",
          ("AvgPool3d", "forward"): "avg_pool3d",
          ("LPPool1d", "forward"): "lp_pool1d",
          ("LPPool2d", "forward"): "lp_pool2d",
          ("LPPool3d", "forward"): "lp_pool3d",
          ("AdaptiveAvgPool1d", "forward"): "adaptive_avg_pool1d",
          ("AdaptiveAvgPool2d", "forward"): "adaptive_avg_pool2d",
          ("AdaptiveAvgPool3d", "forward"): "adaptive_avg_pool3d",
          ("AdaptiveMaxPool1d", "forward"): "adaptive_max_pool1d",
          ("AdaptiveMaxPool2d", "forward"): "adaptive_max_pool2d",
          ("AdaptiveMaxPool3d", "forward"): "adaptive_max_pool3d",
          ("MultiheadAttention", "forward"): "MultiheadAttention",
          ("TransformerEncoderLayer", "forward"): "MultiheadAttention",
          ("TransformerDecoderLayer", "forward"): "MultiheadAttention",
          ("TransformerEncoder", "forward"): "TransformerEncoder",
          ("TransformerDecoder", "forward"): "TransformerDecoder",
          ("Transformer", "forward"): "Transformer",
          ("AdaptiveLogSoftmaxWithLoss", "log_prob"): "AdaptiveLogSoftmaxWithLoss",
          ("AdaptiveLogSoftmaxWithLoss", "predict"): "AdaptiveLogSoftmaxWithLoss",
          ("Bilinear", "forward"): "bilinear",
          ("CosineSimilarity", "forward"): "cosine_similarity",
          ("PairwiseDistance", "forward"): "pairwise_distance",
          ("CTCLoss", "forward"): "ctc_loss", ("MaxUnpool", "forward"): "max_unpool2d",
          ("AdaptiveLogSoftmaxWithLoss", "forward"): "AdaptiveLogSoftmaxWithLoss",
          ("Loss", "forward"): "mse_loss", ("LossOfThree", "forward"): "triplet_margin_loss",
          ("PlainRecurrent", "forward"): "GRU",
          ("RNNCell", "forward"): "RNNCell", ("GRUCell", "forward"): "GRUCell",
          ("LSTMCell", "forward"): "LSTMCell",
          ("PositionalEncoding", "forward"): "PositionalEncoding",
          ("LabelEncoder", "decode"): "LabelEncoder.decode",
          ("NumberedTexts", "decode"): "LabelEncoder.decode",
          ("Vocabulary", "decode"): "Vocabulary.decode",
          ("StandardScaler", "fit"): "StandardScaler.fit",
          ("StandardScaler", "transform"): "StandardScaler.transform",
          ("StandardScaler", "inverse"): "StandardScaler.inverse",
          ("Imputer", "fit"): "Imputer.fit", ("Imputer", "transform"): "Imputer.transform",
          ("Writer", "add_graph_of"): "add_graph", ("Program", "run"): "program", ("Model", "run"): "onnx"}

# What operators are called in errors; with the number of parameters where that decides.
OPERATORS = {("+", 2): "add", ("-", 2): "sub", ("-", 1): "neg", ("*", 2): "mul", ("/", 2): "div",
             ("==", 2): "eq", ("!=", 2): "ne", ("<", 2): "lt", ("<=", 2): "le", (">", 2): "gt",
             (">=", 2): "ge", ("+=", 1): "add_", ("-=", 1): "sub_", ("*=", 1): "mul_",
             ("/=", 1): "div_", ("[]", 1): "index",
             ("%", 2): "remainder", ("&", 2): "bitwise_and", ("|", 2): "bitwise_or",
             ("^", 2): "bitwise_xor", ("~", 1): "bitwise_not", ("!", 1): "logical_not"}

EXEMPT = {
    ("defined", 0): "asks just that",
    ("swap", 0): "moves handles", ("swap", 1): "moves handles",
    ("share", 0): "protected", ("share", 1): "protected", ("take_over", 0): "protected", ("take_over", 1): "protected",
    ("release", 0): "protected", ("self", 0): "private",
    ("is_same", 0): "compares handles", ("is_same", 1): "compares handles",
    ("impl", 0): "the handle itself", ("counted", 0): "private",
    ("tensor_of", 1): "behind tensor(), which makes what it is given", ("copy_of", 1): "behind tensor(), in whose name it refuses",
    ("checkpointed", 2): "behind checkpoint(), in whose name it refuses",
    ("apply_custom", 3): "behind what custom() makes, in whose name it refuses",
    ("set_grad", 1): "undefined clears it",
    ("received", 1): "for the census, of tensors that have owners",
    ("trace_update", 3): "an update may have no gradient",
    ("linear", 3): "there may be no bias", ("diff", 4): "there may be nothing before x", ("diff", 5): "nor behind it",
    ("with_edges", 1): "protected", ("check_rank", 1): "protected",
    ("forward_channels", 1): "protected", ("fed_forward", 1): "protected",
    ("check_inputs", 1): "private", ("check_inputs", 2): "private", ("check_inputs", 3): "private",
    ("projected", 1): "private", ("projected", 2): "private", ("projected", 3): "private",
    ("heads_of", 1): "private", ("joined", 1): "private",
    ("check_input", 1): "private", ("layer", 2): "private", ("begun", 2): "private", ("begun", 3): "private",
    ("run", 1): "protected", ("step", 1): "protected", ("step", 2): "protected", ("step", 3): "protected",
    ("forward_with", 1): "in the name of its function, which has a row",
    ("forward_with", 2): "in the name of its function, which has a row",
    ("bilinear", 4): "there may be no bias", ("check_features", 1): "private",
    ("lengths_of", 1): "of a part of weight_norm(), in whose name it refuses",
    ("normed", 1): "of a layer's weight", ("matrix_of", 1): "private", ("iterate", 1): "private",
    ("checked_lengths", 1): "behind recurrent(), in whose name it refuses",
    ("checked_lengths", 2): "behind recurrent(), in whose name it refuses",
    ("RNNCell", 2): "zeros unless given", ("GRUCell", 2): "zeros unless given",
    ("recurrent", 4): "an lstm alone has cells, which says so",
    ("mask_of", 2): "private", ("mask_of", 3): "private", ("mask_beyond", 1): "private",
    ("extended", 1): "private", ("extended", 2): "private",
    ("forward", 1): "of a template: in the name of its function, which has a row",
    ("layer_norm", 3): "there may be no weight", ("layer_norm", 4): "there may be no bias",
    ("rms_norm", 3): "there may be no weight",
    ("group_norm", 3): "there may be no weight", ("group_norm", 4): "there may be no bias",
    ("batch_norm", 2): "says which of the moments it needs",
    ("batch_norm", 3): "says which of the moments it needs",
    ("batch_norm", 4): "there may be no weight", ("batch_norm", 5): "there may be no bias",
    ("instance_norm", 2): "there may be no moments", ("instance_norm", 3): "there may be no moments",
    ("instance_norm", 4): "there may be no weight", ("instance_norm", 5): "there may be no bias",
    ("conv1d", 3): "there may be no bias", ("conv2d", 3): "there may be no bias",
    ("conv3d", 3): "there may be no bias", ("conv_transpose1d", 3): "there may be no bias",
    ("conv_transpose2d", 3): "there may be no bias",
    ("conv_transpose3d", 3): "there may be no bias",
    ("Tensor", 1): "the type of a function, in a template",
    ("Tensor", 2): "the type of a function, among options",
    ("take_measure", 3): "private", ("checked_loss", 1): "private",
    ("update", 1): "of a measure: in the name of its function, which has a row",
    ("update", 2): "of a measure: in the name of its function, which has a row",
    ("update", 3): "there may be no weights",
    ("accuracy", 4): "there may be no weights",
    ("top_k_accuracy", 4): "there may be no weights",
    ("precision", 4): "there may be no weights",
    ("recall", 4): "there may be no weights",
    ("f1", 4): "there may be no weights",
    ("confusion_matrix", 5): "there may be no weights",
    ("roc_auc", 4): "there may be no weights",
    ("average_precision", 4): "there may be no weights",
    ("mae", 3): "there may be no weights",
    ("rmse", 3): "there may be no weights",
    ("r2", 3): "there may be no weights",
    ("perplexity", 4): "there may be no weights",
    ("vjp", 3): "a result of one element needs none",
    ("insert", 2): "names the entry instead",
    ("to_string", 1): "prints that it is undefined",
    ("list_of", 1): "behind capture(), which refuses undefined results",
    ("called_in_runs", 2): "for optimizers, of their parameters",
    ("cleared_in_runs", 1): "for optimizers, of their parameters",
}

# What Tensor is made of, from its bases on.
CLASSES = {"TensorHandle", "OnTape", "Tensor"}

def wanted_from(text):
    """(name, place) of each tensor that a function of this header takes."""
    for owner, declaration in declarations(plain(text)):
        function = function_of(declaration)
        if not function:
            continue
        name, parameters = function
        if name in {owner, "operator="} or "= delete" in declaration or f"~{owner}" in declaration:
            continue
        if name == "operator()":
            name = CALLED.get((owner, "forward"), owner)
        elif name.startswith("operator"):
            name = OPERATORS.get((name[8:].strip(), len(parameters)))
            if not name:
                continue
        if owner == "init":
            name = f"init::{name}"
        name = CALLED.get((owner, name), name)
        if owner in CLASSES and not re.search(r"\bstatic\b", declaration):
            yield name, 0
        for place, parameter in enumerate(parameters, 1):
            if is_tensor(parameter):
                yield name, place


def check(root):
    """(findings, what was checked)"""
    wanted = {}
    for pattern in HEADERS:
        for path in sorted(root.glob(pattern)):
            if path.name in LEFT_OUT:
                continue
            for argument in wanted_from(path.read_text(encoding="utf-8")):
                wanted.setdefault(argument, path.relative_to(root))
    made = {(CALLED.get(("", name), name), place) for path in root.glob(OPS) for _, name, parameters in functions_of(path)
            for place, parameter in enumerate(parameters, 1) if is_tensor(parameter)}
    rows = {(name, int(place)) for table in root.glob(TABLES)
            for name, place in ROW.findall(plain_rows(table))}
    findings = [f'{path}: "{name}" has no row for argument {place} in {TABLES}'
                for (name, place), path in wanted.items()
                if (name, place) not in rows | made and (name, place) not in EXEMPT]
    findings += [f'{TABLES}: "{name}" takes no tensor as argument {place}'
                 for name, place in sorted(rows - set(wanted))]
    findings += [f'{Path(__file__).name}: "{name}", argument {place}, is exempt, but no function '
                 f'takes it' for name, place in EXEMPT if (name, place) not in wanted]
    findings += [f'{Path(__file__).name}: "{name}", argument {place}, is exempt, but has a row'
                 for name, place in EXEMPT if (name, place) in rows]
    if not wanted:
        findings.append(f"{Path(__file__).name}: no function found in the headers")
    return findings, f"undefined arguments: {len(wanted)} tensors that functions take, each has a row"


def plain_rows(table):
    return re.sub(r"//[^\n]*", "", table.read_text(encoding="utf-8"))


if __name__ == "__main__":
    report(__doc__, check)
