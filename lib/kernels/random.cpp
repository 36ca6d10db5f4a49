#include "kernels/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/parallel.hpp"
#include "kernels/philox.hpp"
#include "kernels/trigonometric.hpp"

namespace tapegrad::kernels {
namespace {

constexpr std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

[[gnu::always_inline]] inline Words block(Stream stream, std::uint64_t number) {
  return philox(
      {low_word(number), high_word(number), low_word(stream.call), high_word(stream.call)},
      {low_word(stream.seed), high_word(stream.seed)});
}

/// The same for where it isn't called in a loop of its own: inline it is half a thousand bytes.
[[gnu::noinline]] Words one_block(Stream stream, std::uint64_t number) {
  return block(stream, number);
}

std::uint64_t pair(const Words& words, std::size_t i) {
  return words[2 * i] | std::uint64_t{words[2 * i + 1]} << 32;
}

/// Element i is number i % N of what make(i / N, to) writes; the last, of which not all are taken,
/// are made by `make_last`.
template <std::size_t N, class T, class F, class Last>
void each_group(Ref out, const F& make, const Last& make_last) {
  constexpr auto count = static_cast<std::int64_t>(N);
  // A number takes some ten times as long as an element of the fastest loops.
  const std::int64_t together = std::max<std::int64_t>(1, grain / 8 / count);
  T* to = out.as<T>();
  const std::int64_t whole = out.layout->numel() / count;
  parallel_for(whole, together, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      make(static_cast<std::uint64_t>(b), to + b * count);
    }
  });
  const std::int64_t rest = out.layout->numel() % count;
  if (rest == 0) return;
  std::array<T, N> last;
  make_last(static_cast<std::uint64_t>(whole), last.data());
  std::copy_n(last.begin(), rest, to + whole * count);
}

/// Element i is number i % N of what make(block i / N) gives.
template <std::size_t N, class T, class F>
void each(Ref out, Stream stream, const F& make) {
  const auto write = [&](const Words& words, T* to) {
    const std::array<T, N> numbers = make(words);
    std::copy(numbers.begin(), numbers.end(), to);
  };
  each_group<N, T>(
      out, [&](std::uint64_t b, T* to) { write(block(stream, b), to); },
      [&](std::uint64_t b, T* to) { write(one_block(stream, b), to); });
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

/// How many pairs of normal numbers are made together: as many as the widest batch takes.
template <class T>
constexpr std::size_t pairs = 64 / sizeof(T);

/// Pairs whose words make an angle and, of the points that far out, the distance. Source: Box &
/// Muller (1958), "A note on the generation of random normal deviates".
template <class T>
[[gnu::noinline]] void normal_pairs(Stream stream, std::uint64_t group, T mean, T std, T* to) {
  using V = xsimd::batch<T>;
  constexpr std::size_t each_block = per_block<T> / 2;
  constexpr std::size_t blocks = pairs<T> / each_block;
  alignas(64) std::array<T, pairs<T>> distance;
  alignas(64) std::array<T, pairs<T>> turn;
  for (std::size_t b = 0; b < blocks; ++b) {
    const Words words = one_block(stream, group * blocks + b);
    for (std::size_t j = 0; j < each_block; ++j) {
      distance[b * each_block + j] = positive_unit<T>(words, 2 * j);
      turn[b * each_block + j] = unit<T>(words, 2 * j + 1);
    }
  }
  for (std::size_t i = 0; i < pairs<T>; i += V::size) {
    const V radius = V(std) * xsimd::sqrt(V(T(-2)) * kernels::log(V::load_aligned(&distance[i])));
    V sine;
    V cosine;
    sine_and_cosine_of_turns(V::load_aligned(&turn[i]), sine, cosine);
    (V(mean) + radius * cosine).store_aligned(&distance[i]);
    (V(mean) + radius * sine).store_aligned(&turn[i]);
  }
  for (std::size_t i = 0; i < pairs<T>; ++i) {
    to[2 * i] = distance[i];
    to[2 * i + 1] = turn[i];
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
    const auto make = [&](std::uint64_t group, T* to) {
      normal_pairs(stream, group, static_cast<T>(mean), static_cast<T>(std), to);
    };
    each_group<2 * pairs<T>, T>(out, make, make);
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
    if (i % 2 == 1 || i == n - 1) words = one_block(stream, i / 2);
    std::swap(to[i], to[scaled(pair(words, i % 2), i + 1)]);
  }
}

}  // namespace tapegrad::kernels
