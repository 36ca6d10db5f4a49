#include "kernels/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/parallel.hpp"
#include "kernels/philox.hpp"

namespace tapegrad::kernels {
namespace {

constexpr std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

Words block(Stream stream, std::uint64_t number) {
  return philox(
      {low_word(number), high_word(number), low_word(stream.call), high_word(stream.call)},
      {low_word(stream.seed), high_word(stream.seed)});
}

std::uint64_t pair(const Words& words, std::size_t i) {
  return words[2 * i] | std::uint64_t{words[2 * i + 1]} << 32;
}

/// Element i is number i % N of what make(block i / N) gives.
template <std::size_t N, class T, class F>
void each(Ref out, Stream stream, const F& make) {
  constexpr auto count = static_cast<std::int64_t>(N);
  // A number takes some ten times as long as an element of the fastest loops.
  const std::int64_t together = std::max<std::int64_t>(1, grain / 8 / count);
  T* to = out.as<T>();
  const std::int64_t whole = out.layout->numel() / count;
  const auto made = [&](std::int64_t b) {
    return make(block(stream, static_cast<std::uint64_t>(b)));
  };
  parallel_for(whole, together, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::array<T, N> numbers = made(b);
      std::copy(numbers.begin(), numbers.end(), to + b * count);
    }
  });
  const std::int64_t rest = out.layout->numel() % count;
  if (rest > 0) std::copy_n(made(whole).begin(), rest, to + whole * count);
}

/// How many elements a block of 128 bits makes.
template <class T>
constexpr std::size_t per_block = 16 / sizeof(T);

/// On [0, 1), with all the bits that T has.
template <class T>
T unit(const Words& words, std::size_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(words[i] >> 8) * 0x1p-24f;
  } else {
    return static_cast<double>(pair(words, i) >> 11) * 0x1p-53;
  }
}

/// On (0, 1], with small numbers as fine as the words allow: they make the tails.
template <class T>
T positive_unit(const Words& words, std::size_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return (static_cast<float>(words[i]) + 1) * 0x1p-32f;
  } else {
    return (static_cast<double>(pair(words, i)) + 1) * 0x1p-64;
  }
}

/// The upper half of the product: a number of [0, count) from 64 random bits.
std::uint64_t scaled(std::uint64_t random, std::uint64_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(random) * count) >> 64);
}

}  // namespace

void uniform(Ref out, Stream stream, double low, double high) {
  dispatch_floating("uniform", out.dtype, [&]<class T>(std::type_identity<T>) {
    const T from = static_cast<T>(low);
    const T width = static_cast<T>(high - low);
    // Rounding may reach `high` itself, which doesn't belong to the interval.
    const T last = low < high ? std::nextafter(static_cast<T>(high), from) : from;
    each<per_block<T>, T>(out, stream, [&](const Words& words) {
      std::array<T, per_block<T>> made;
      for (std::size_t j = 0; j < made.size(); ++j) {
        made[j] = std::min(from + width * unit<T>(words, j), last);
      }
      return made;
    });
  });
}

void normal(Ref out, Stream stream, double mean, double std) {
  dispatch_floating("normal", out.dtype, [&]<class T>(std::type_identity<T>) {
    const T center = static_cast<T>(mean);
    const T scale = static_cast<T>(std);
    each<per_block<T>, T>(out, stream, [&](const Words& words) {
      std::array<T, per_block<T>> made;
      for (std::size_t j = 0; j < made.size(); j += 2) {
        const T radius = scale * std::sqrt(-2 * std::log(positive_unit<T>(words, j)));
        const T angle = 2 * std::numbers::pi_v<T> * unit<T>(words, j + 1);
        made[j] = center + radius * std::cos(angle);
        made[j + 1] = center + radius * std::sin(angle);
      }
      return made;
    });
  });
}

void integers(Ref out, Stream stream, std::int64_t low, std::uint64_t count) {
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    each<2, T>(out, stream, [&](const Words& words) {
      std::array<T, 2> made;
      for (std::size_t j = 0; j < 2; ++j) {
        const std::uint64_t k = scaled(pair(words, j), count);
        made[j] = static_cast<T>(static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + k));
      }
      return made;
    });
  });
}

void bernoulli(Ref out, Stream stream, double p) {
  const auto limit = static_cast<std::uint64_t>(std::llround(p * 0x1p32));
  const std::uint64_t one = element_bits(out.dtype, 1, "bernoulli");
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    each<4, T>(out, stream, [limit, hit = static_cast<T>(one)](const Words& words) {
      std::array<T, 4> made;
      for (std::size_t j = 0; j < 4; ++j) {
        // No branch, which would be guessed wrong.
        made[j] = static_cast<T>(T(0) - static_cast<T>(words[j] < limit)) & hit;
      }
      return made;
    });
  });
}

// Fisher and Yates: position i swaps with one of those up to i.
void permutation(Ref out, Stream stream) {
  auto* to = out.as<std::int64_t>();
  const auto n = static_cast<std::uint64_t>(out.layout->numel());
  std::iota(to, to + n, std::int64_t{0});
  Words words{};
  for (std::uint64_t i = n; i-- > 1;) {
    if (i % 2 == 1 || i == n - 1) words = block(stream, i / 2);
    std::swap(to[i], to[scaled(pair(words, i % 2), i + 1)]);
  }
}

}  // namespace tapegrad::kernels
