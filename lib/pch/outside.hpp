// What the library's sources include of others, compiled once. None of its own headers: who changes
// one compiles what includes it, and no more. A source still names what it uses; `-Db_pch=false`
// compiles it without this.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <xsimd/xsimd.hpp>
