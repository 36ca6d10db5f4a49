#include "io/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace tapegrad::io {

void fail_for(int reason, const std::string& message) {
  constexpr int passing[] = {ENOSPC, EDQUOT, EFBIG, EIO, ENOMEM, EMFILE, ENFILE};
  const std::string text = fmt::format("{}: {}", message, std::generic_category().message(reason));
  const bool may_pass =
      std::find(std::begin(passing), std::end(passing), reason) != std::end(passing);
  if (may_pass) throw MayPass(text);
  throw IoError(text);
}

}  // namespace tapegrad::io
