// Text that a network goes on with by itself.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "network.hpp"

struct Sampling {
  std::int64_t length = 0;  ///< characters
  double temperature = 1;   ///< below 1 likely ones are drawn more often; 0: the likeliest always
  std::string prompt;       ///< what it goes on from; a new line where there is none
  std::uint64_t seed = 0;
};

/// The prompt and `length` characters more, each drawn from what the network makes of those before.
/// The network is in evaluation mode. Throws std::runtime_error for a prompt that has other
/// characters than the vocabulary.
std::string generate(const TextNetwork& network, const tapegrad::data::Vocabulary& vocabulary,
                     const Sampling& sampling);
