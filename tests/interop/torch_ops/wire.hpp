// How tests/interop/torch_ops/driver.py talks to the program: words and numbers as text, elements
// as they lie in memory.
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "table.hpp"

/// So many bytes, behind the one that ended their number. Throws where there are fewer.
std::string read_bytes(std::istream& in, std::size_t count);

/// A value; tensors that require a gradient are added to `leaves`.
Value read_value(std::istream& in, Tensors& leaves);

/// Values by place and by name, each behind its number.
Arguments read_arguments(std::istream& in, Tensors& leaves);

/// "ok", the number of tensors, and these.
void write_tensors(std::ostream& out, const Tensors& tensors);

/// A word and a text: why there are no tensors.
void write_text(std::ostream& out, const char* word, const std::string& text);
