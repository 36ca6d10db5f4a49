#include "tapegrad/data/loader.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "data/ahead.hpp"
#include "data/epoch.hpp"
#include "data/seeds.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad::data {
namespace {

// Not one of the numbers of examples.
constexpr std::int64_t of_batch = -1;

void check_options(const DataLoaderOptions& options, std::int64_t examples) {
  check<Error>(options.batch_size > 0, "DataLoader: batch_size is {}; it is at least 1",
               options.batch_size);
  check<Error>(options.num_workers >= 0, "DataLoader: num_workers is {}; it can't be negative",
               options.num_workers);
  check<Error>(options.prefetch > 0, "DataLoader: prefetch is {}; it is at least 1",
               options.prefetch);
  check<Error>(!(options.shuffle && options.sampler),
               "DataLoader: shuffle is true and there is a sampler; the sampler says the order");
  check<Error>(!(options.padding && options.collate),
               "DataLoader: there are padding and collate; collate does it all");
  if (!options.buckets) return;
  check<Error>(options.buckets->batches > 0,
               "DataLoader: buckets of {} batches; there is at least 1", options.buckets->batches);
  check<Error>(static_cast<std::int64_t>(options.buckets->lengths.size()) == examples,
               "DataLoader: {} lengths for buckets of {} examples; one for each, as lengths_of() "
               "gives them",
               options.buckets->lengths.size(), examples);
}

/// What a loader has, unless it was moved from.
template <class State>
State& there(std::string_view operation, const std::unique_ptr<State>& state) {
  check<Error>(state != nullptr, "{}: the loader was moved from", operation);
  return *state;
}

AnySampler sampler_of(const DataLoaderOptions& options, std::int64_t examples) {
  if (options.sampler) return *options.sampler;
  if (options.shuffle) return RandomSampler(examples, options.seed);
  return SequentialSampler(examples);
}

/// What loads a batch of an epoch, in any thread.
struct Recipe {
  AnyDataset dataset;
  std::shared_ptr<const DataLoaderOptions> options;
  Indices order;
  std::int64_t epoch;

  std::uint64_t seed(std::int64_t place, std::int64_t index) const {
    return seed_of(seed_of(seed_of(options->seed, epoch), place), index);
  }

  Batch batch(std::int64_t number) const {
    const NoGrad guard;
    const auto n = static_cast<std::int64_t>(order.size());
    const std::int64_t begin = number * options->batch_size;
    const std::int64_t end = std::min(begin + options->batch_size, n);
    const auto all = std::span(order).subspan(static_cast<std::size_t>(begin),
                                              static_cast<std::size_t>(end - begin));
    Batch result = collated(all, begin);
    check_x(result, number, options->collate ? "collate" : "the dataset");
    if (!options->transform) return result;
    Generator random(seed(number, of_batch));
    result = options->transform(result, random);
    check_x(result, number, "transform");
    return result;
  }

  static void check_x(const Batch& batch, std::int64_t number, std::string_view giver) {
    check<Error>(batch.x.defined(), "DataLoader.next: x of batch {} is undefined, as {} gave it",
                 number, giver);
  }

  Batch collated(std::span<const std::int64_t> indices, std::int64_t place) const {
    if (!options->collate && !options->padding) {
      if (std::optional<Batch> batch = dataset->get_many(indices)) return *std::move(batch);
    }
    std::vector<Example> examples;
    for (const std::int64_t index : indices) {
      Generator random(seed(place++, index));
      examples.push_back(dataset->get(index, random));
    }
    if (options->collate) return options->collate(examples);
    return options->padding ? collate(examples, *options->padding) : collate(examples);
  }
};

}  // namespace

struct DataLoader::State {
  AnyDataset dataset;
  std::shared_ptr<const DataLoaderOptions> options;
  AnySampler sampler;
  std::int64_t batches;

  std::shared_ptr<const Recipe> recipe = nullptr;  // of the epoch that was begun
  std::unique_ptr<Ahead> ahead = nullptr;
  std::int64_t next_batch = 0;
  bool touched = true;  // something of it was asked for

  void begin(std::int64_t epoch, std::int64_t first) {
    check<IndexError>(epoch >= 0, "DataLoader.begin_epoch: epoch {}; they count from 0", epoch);
    check<IndexError>(first >= 0 && first <= batches,
                      "DataLoader.begin_epoch: no batch {} among the {} of an epoch", first,
                      batches);
    ahead.reset();
    recipe = std::make_shared<const Recipe>(
        Recipe{dataset, options, order_of(*sampler, *options, epoch), epoch});
    next_batch = first;
    touched = false;
    if (options->num_workers == 0 || first == batches) return;
    ahead = std::make_unique<Ahead>(
        first, batches, options->num_workers,
        std::min(options->prefetch, batches) * options->num_workers,
        [recipe = recipe](std::int64_t number) { return recipe->batch(number); });
  }

  std::int64_t epoch() const { return recipe ? recipe->epoch : -1; }
};

DataLoader::DataLoader(AnyDataset dataset, DataLoaderOptions options) {
  const std::int64_t examples = dataset->size();
  check_options(options, examples);
  check<Error>(examples > 0, "DataLoader: the dataset is empty");
  AnySampler sampler = sampler_of(options, examples);
  const std::int64_t drawn = sampler->size();
  const std::int64_t batches = batches_of(drawn, options);
  check<Error>(batches > 0,
               "DataLoader: an epoch of {} examples has no batch of {}; drop_last leaves out the "
               "rest",
               drawn, options.batch_size);
  state_ = std::make_unique<State>(
      State{std::move(dataset), std::make_shared<const DataLoaderOptions>(std::move(options)),
            std::move(sampler), batches});
}

DataLoader::DataLoader(DataLoader&& other) noexcept = default;
DataLoader& DataLoader::operator=(DataLoader&& other) noexcept = default;
DataLoader::~DataLoader() = default;

void DataLoader::begin_epoch(std::int64_t epoch, std::int64_t first_batch) {
  there("DataLoader.begin_epoch", state_).begin(epoch, first_batch);
}

std::optional<Batch> DataLoader::next() {
  State& state = there("DataLoader.next", state_);
  if (!state.recipe) state.begin(0, 0);
  state.touched = true;
  if (state.next_batch == state.batches) {
    state.ahead.reset();
    return std::nullopt;
  }
  const std::int64_t number = state.next_batch++;
  return state.ahead ? state.ahead->take() : state.recipe->batch(number);
}

std::optional<std::int64_t> DataLoader::size() const {
  return there("DataLoader.size", state_).batches;
}

std::int64_t DataLoader::epoch() const { return there("DataLoader.epoch", state_).epoch(); }

DataLoader::Iterator DataLoader::begin() {
  State& state = there("DataLoader.begin", state_);
  if (state.touched) state.begin(state.epoch() + 1, 0);
  return Iterator(*this);
}

std::vector<std::int64_t> lengths_of(const AnyDataset& dataset) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i < dataset->size(); ++i) {
    const Example example = dataset->get(i);
    check<ShapeError>(example.x.defined() && example.x.dim() > 0,
                      "lengths_of: x of example {} has rank 0, and so no length", i);
    lengths.push_back(example.x.size(0));
  }
  return lengths;
}

}  // namespace tapegrad::data
