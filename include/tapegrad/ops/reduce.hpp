// Reductions: sums, means, extremes, and what is built on them.
//
// Where a function takes `dims`, an empty list means all dimensions. Each throws IndexError for a
// dim that is out of range or given twice.
#pragma once

#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/ops/reduce/norm.hpp"
#include "tapegrad/ops/reduce/product.hpp"
#include "tapegrad/ops/reduce/scan.hpp"
#include "tapegrad/ops/reduce/softmax.hpp"
#include "tapegrad/ops/reduce/sum.hpp"
#include "tapegrad/ops/reduce/variance.hpp"
