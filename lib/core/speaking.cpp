#include "core/speaking.hpp"

#include <algorithm>
#include <string>
#include <typeinfo>

#include "core/naming.hpp"

namespace tapegrad {
namespace {

template <class E>
[[noreturn]] void throw_as(std::string_view operation, const E& inner) {
  const std::string_view text = inner.what();
  const std::size_t end = std::min(text.find(": "), text.size());
  throw E(std::string(operation) + std::string(text.substr(end)));
}

}  // namespace

void rethrow_as(std::string_view operation) {
  try {
    throw;
  } catch (const MemoryError& inner) {
    throw_renamed(operation, inner);
  } catch (const ShapeError& inner) {
    throw_as(operation, inner);
  } catch (const DTypeError& inner) {
    throw_as(operation, inner);
  } catch (const IndexError& inner) {
    throw_as(operation, inner);
  } catch (const LinAlgError& inner) {
    throw_as(operation, inner);
  } catch (const AutogradError& inner) {
    throw_as(operation, inner);
  } catch (const Error& inner) {
    // One that somebody derived stays what it is.
    if (typeid(inner) == typeid(Error)) throw_as(operation, inner);
    throw;
  }
}

}  // namespace tapegrad
