#include "kernels/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/parallel.hpp"
#include "kernels/philox.hpp"
#include "kernels/trigonometric.hpp"

namespace tapegrad::kernels {
namespace {

using Source = const std::uint32_t*;

/// The words of a group of blocks.
void take(Stream stream, std::uint64_t group, WordsTogether& words) {
  const PhiloxKey key = {static_cast<std::uint32_t>(stream.seed),
                         static_cast<std::uint32_t>(stream.seed >> 32)};
  philox_blocks(group * blocks_together, stream.call, key, words);
}

std::uint64_t pair(Source words, std::size_t i) {
  return words[2 * i] | std::uint64_t{words[2 * i + 1]} << 32;
}

/// What writes a group of numbers, whatever their type.
struct Group {
  const void* state;
  void (*make)(const void* state, std::uint64_t group, void* to);
};

constexpr std::int64_t largest_group = 8 * blocks_together * sizeof(double);  // in bytes

/// Element i is number i % count of group i / count.
[[gnu::noinline]] void each_group(Ref out, std::int64_t count, Group numbers) {
  // A number takes several times as long as an element of the fastest loops.
  const std::int64_t together = std::max<std::int64_t>(1, grain / 4 / count);
  const std::int64_t n = out.layout->numel();
  const auto bytes = static_cast<std::int64_t>(size_of(out.dtype));
  parallel_for((n + count - 1) / count, together, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t group = begin; group < end; ++group) {
      const std::int64_t left = n - group * count;
      std::byte* const here = out.data + group * count * bytes;
      alignas(64) std::array<std::byte, largest_group> last;
      numbers.make(numbers.state, static_cast<std::uint64_t>(group),
                   left < count ? last.data() : here);
      if (left < count) std::memcpy(here, last.data(), static_cast<std::size_t>(left * bytes));
    }
  });
}

/// The same with make(group, to) for groups of N.
template <std::size_t N, class T, class F>
void each_group(Ref out, const F& make) {
  static_assert(N * sizeof(T) <= largest_group);
  each_group(out, static_cast<std::int64_t>(N),
             {&make, [](const void* f, std::uint64_t group, void* to) {
                (*static_cast<const F*>(f))(group, static_cast<T*>(to));
              }});
}

/// Element i is number i % N of what a block makes: make(words, number).
template <std::size_t N, class T, class F>
void each(Ref out, Stream stream, const F& make) {
  each_group<N * blocks_together, T>(out, [&](std::uint64_t group, T* to) {
    alignas(64) WordsTogether words;
    take(stream, group, words);
    for (std::size_t i = 0; i < N * blocks_together; ++i) to[i] = make(words.data(), i);
  });
}

/// How many elements a block of 128 bits makes.
template <class T>
constexpr std::size_t per_block = 16 / sizeof(T);

/// On [0, 1), with all the bits that T has.
template <class T>
T unit(Source words, std::size_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(words[i] >> 8) * 0x1p-24f;
  } else {
    return static_cast<double>(pair(words, i) >> 11) * 0x1p-53;
  }
}

/// On (0, 1], with small numbers as fine as the words allow: they make the tails.
template <class T>
T positive_unit(Source words, std::size_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return (static_cast<float>(words[i]) + 1) * 0x1p-32f;
  } else {
    return (static_cast<double>(pair(words, i)) + 1) * 0x1p-64;
  }
}

/// How many pairs of normal numbers are made together.
template <class T>
constexpr std::size_t pairs = blocks_together* per_block<T> / 2;

/// Pairs whose words make an angle and, of the points that far out, the distance. Source: Box &
/// Muller (1958), "A note on the generation of random normal deviates".
template <class T>
[[gnu::noinline]] void normal_pairs(Stream stream, std::uint64_t group, T mean, T std, T* to) {
  using V = xsimd::batch<T>;
  alignas(64) WordsTogether words;
  alignas(64) std::array<T, pairs<T>> distance;
  alignas(64) std::array<T, pairs<T>> turn;
  take(stream, group, words);
  for (std::size_t i = 0; i < pairs<T>; ++i) {
    distance[i] = positive_unit<T>(words.data(), 2 * i);
    turn[i] = unit<T>(words.data(), 2 * i + 1);
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
    each<per_block<T>, T>(out, stream, [from, width, last](Source words, std::size_t i) {
      return std::min(from + width * unit<T>(words, i), last);
    });
  });
}

void normal(Ref out, Stream stream, double mean, double std) {
  dispatch_floating("normal", out.dtype, [&]<class T>(std::type_identity<T>) {
    const auto make = [&](std::uint64_t group, T* to) {
      normal_pairs(stream, group, static_cast<T>(mean), static_cast<T>(std), to);
    };
    each_group<2 * pairs<T>, T>(out, make);
  });
}

void integers(Ref out, Stream stream, std::int64_t low, std::uint64_t count) {
  const auto from = static_cast<std::uint64_t>(low);
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    each<2, T>(out, stream, [from, count](Source words, std::size_t i) {
      return static_cast<T>(static_cast<std::int64_t>(from + scaled(pair(words, i), count)));
    });
  });
}

void bernoulli(Ref out, Stream stream, double p) {
  const auto limit = static_cast<std::uint64_t>(std::llround(p * 0x1p32));
  const std::uint64_t one = element_bits(out.dtype, 1, "bernoulli");
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    each<4, T>(out, stream, [limit, hit = static_cast<T>(one)](Source words, std::size_t i) {
      // No branch, which would be guessed wrong.
      return static_cast<T>(static_cast<T>(T(0) - static_cast<T>(words[i] < limit)) & hit);
    });
  });
}

// Fisher and Yates: position i swaps with one of those up to i.
void permutation(Ref out, Stream stream) {
  auto* to = out.as<std::int64_t>();
  const auto n = static_cast<std::uint64_t>(out.layout->numel());
  constexpr std::size_t in_group = 2 * blocks_together;
  std::iota(to, to + n, std::int64_t{0});
  WordsTogether words;
  for (std::uint64_t i = n; i-- > 1;) {
    if (i == n - 1 || i % in_group == in_group - 1) take(stream, i / in_group, words);
    std::swap(to[i], to[scaled(pair(words.data(), i % in_group), i + 1)]);
  }
}

}  // namespace tapegrad::kernels
