#include "core/speaking.hpp"

#include <algorithm>
#include <string>
#include <typeinfo>

#include "core/naming.hpp"

namespace tapegrad {
namespace {

[[gnu::noinline]] std::string renamed(std::string_view operation, const Error& inner) {
  const std::string_view text = inner.what();
  const std::size_t end = std::min(text.find(": "), text.size());
  return std::string(operation).append(text.substr(end));
}

}  // namespace

void rethrow_as(std::string_view operation) {
  try {
    throw;
  } catch (const MemoryError& inner) {
    throw_renamed(operation, inner);
  } catch (const ShapeError& inner) {
    throw ShapeError(renamed(operation, inner));
  } catch (const DTypeError& inner) {
    throw DTypeError(renamed(operation, inner));
  } catch (const IndexError& inner) {
    throw IndexError(renamed(operation, inner));
  } catch (const LinAlgError& inner) {
    throw LinAlgError(renamed(operation, inner));
  } catch (const AutogradError& inner) {
    throw AutogradError(renamed(operation, inner));
  } catch (const Error& inner) {
    // One that somebody derived stays what it is.
    if (typeid(inner) == typeid(Error)) throw Error(renamed(operation, inner));
    throw;
  }
}

}  // namespace tapegrad
