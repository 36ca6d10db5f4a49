// A network that learns from a table of numbers and categories, some of them missing, and is judged
// by cross-validation: by default, which flights will be late.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

#include "encoding.hpp"
#include "network.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"
#include "table.hpp"

namespace tg = tapegrad;

namespace {

struct Settings : samples::Course {
  Settings() : Course{.epochs = 8, .batch_size = 64, .learning_rate = 0.003} {}

  std::string csv = FLIGHTS_CSV;
  std::string target = "late";
  std::string coded;
  std::int64_t rare = 10;
  std::int64_t folds = 5;
  double weight_decay = 0.1;
  std::string scores;
  std::string predict;
  std::string weights;
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--csv", s.csv, "FILE", "learn from this table; it has a header");
  flags.text("--target", s.target, "COLUMN", "its column that has one of two values, to be told");
  flags.text("--categories", s.coded, "NAMES",
             "columns of numbers that stand for categories, with commas between them");
  flags.integer("--rare", s.rare, {.least = 1},
                "a category that fewer rows have is taken as one that isn't known");
  flags.integer("--folds", s.folds, {.least = 2}, "parts, each of which is held out once");
  samples::declare(
      flags, s,
      {.epochs = "how often each row is seen",
       .batch_size = "rows of a step",
       .seed = "makes the folds, the random start, order and dropout",
       .learning_rate =
           "of AdamW, at its highest; it rises for a tenth of the steps and falls from there",
       .max_step = "most steps of each training; 0 for all of the epochs"});
  flags.number("--weight-decay", s.weight_decay, {.least = 0}, "how much weights are pulled to 0");
  flags.text("--scores", s.scores, "FILE",
             "write how probable the second class is for each row, when it was held out, as CSV");
  samples::declare(flags, s.files);
  flags.text("--predict", s.predict, "FILE", "predict the rows of this table, without training");
  flags.text("--weights", s.weights, "FILE", "what --export wrote as .safetensors, for --predict");
  flags.needs("--predict", "--weights");
  flags.needs("--weights", "--predict");
  samples::trains_nothing(flags, "--weights");
}

struct Data {
  Columns columns;
  Table table;
  Target target;
};

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  for (std::size_t end; begin < list.size(); begin = end + 1) {
    end = std::min(list.find(',', begin), list.size());
    names.push_back(list.substr(begin, end - begin));
  }
  return names;
}

std::int64_t missing_in(const Table& table) {
  auto count = sum(isnan(table.numbers)).item<std::int64_t>();
  for (const auto& column : table.categories) {
    count += std::count(column.begin(), column.end(), std::string());
  }
  return count;
}

Data read_data(const Settings& s) {
  const tg::io::CsvTable csv = open_table(s.csv);
  Columns columns = columns_of(csv, s.target, names_in(s.coded));
  Table table = read_table(csv, columns);
  fmt::print("{} rows, {} columns of numbers and {} of categories; {} cells without a value.\n",
             table.rows(), columns.numeric.size(), columns.categorical.size(), missing_in(table));
  return {std::move(columns), std::move(table), read_target(csv, s.target)};
}

std::map<std::string, std::string> origin_of(const Settings& s, const Data& data,
                                             const tg::data::Indices& rows) {
  const tg::Tensor all = Encoding(data.columns, data.table, rows, 1).encode(data.table);
  return {{"--folds", fmt::format("{}", s.folds)},
          {"--rare", fmt::format("{}", s.rare)},
          {"--weight-decay", fmt::format("{}", s.weight_decay)},
          {"data", samples::fingerprint({all, data.target.labels})}};
}

tg::Tensor taken(const tg::Tensor& x, const tg::data::Indices& rows) {
  return index_select(x, 0, tg::tensor(rows));
}

struct Model {
  Encoding encoding;
  TableNetwork network;
};

struct Trained {
  Model model;
  std::int64_t steps = 0;
  std::vector<double> scores = {};  ///< of the rows that were held out
};

/// Trains on some rows, and says how probable the second class is in others, if there are any.
/// Nothing where Ctrl-C ended it.
std::optional<Trained> train(const Settings& s, const Data& data, const tg::data::Fold& fold,
                             const std::string& name) {
  const samples::TrainingFiles files = samples::part_of(s.files, name);
  const auto seed = static_cast<std::uint64_t>(s.seed);
  tg::manual_seed(seed);
  Encoding encoding(data.columns, data.table, fold.train, s.rare);
  Trained trained{{encoding, TableNetwork(encoding.numeric(), encoding.sizes())}};
  TableNetwork& network = trained.model.network;
  network.fit(taken(data.table.numbers, fold.train));

  const tg::data::TensorDataset rows(encoding.encode(data.table),
                                     data.target.labels.to(tg::float32));
  tg::data::DataLoader batches(tg::data::Subset(rows, fold.train),
                               {.batch_size = s.batch_size, .shuffle = true, .seed = seed});
  std::optional<tg::data::DataLoader> held_out;
  if (!fold.validation.empty()) {
    held_out.emplace(tg::data::Subset(rows, fold.validation),
                     tg::data::DataLoaderOptions{.batch_size = 1024});
  }
  tg::optim::AdamW adam(network.parameters(),
                        {.lr = s.learning_rate, .weight_decay = s.weight_decay});
  const auto loss = [](const tg::Tensor& logits, const tg::Tensor& labels) {
    return tg::nn::binary_cross_entropy_with_logits(logits, labels);
  };
  tg::train::Trainer trainer(network, loss, adam,
                             samples::options_of(s, files, origin_of(s, data, fold.train)));
  trainer.measure(tg::train::RocAuc());
  samples::add_callbacks(trainer, adam, s.learning_rate, s.epochs * *batches.size(), files);
  trainer.fit(batches, held_out ? &*held_out : nullptr);
  samples::say_ended(files, trainer.step(), trainer.checkpoint());
  if (tg::train::interrupted() != 0) return std::nullopt;
  trained.steps = trainer.step();
  if (held_out) trained.scores = sigmoid(trainer.predict(*held_out)).to_vector<double>();
  network.eval();
  return trained;
}

/// A row for each, in the order of the table.
void write_scores(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream file(path);
  file << "row,fold,label,score\n";
  for (const std::string& line : lines) file << line << '\n';
  if (!file.flush()) throw std::runtime_error("--scores: cannot write " + path);
  fmt::print("Wrote {}.\n", path);
}

/// Whatever --export is for learns from all rows.
void export_model(const Settings& s, const Data& data, const tg::data::Indices& rows) {
  fmt::print("A model of all rows, to be exported:\n");
  const std::optional<Trained> trained = train(s, data, {rows, {}}, "all");
  if (!trained) return;
  const auto& encoding = trained->model.encoding;
  const auto& network = trained->model.network;
  tg::StateDict state = network.state_dict();
  encoding.add_to(state);
  for (const auto& [name, x] : data.target.classes.state_dict()) state.insert("target." + name, x);
  const auto width = static_cast<std::int64_t>(encoding.numeric() + encoding.sizes().size());
  samples::export_result(
      s.files, state,
      {[&](const tg::Tensor& x) { return sigmoid(network.forward(x)); }, {tg::unknown, width}});
}

void cross_validate(const Settings& s) {
  samples::check_writable(s.files);
  samples::check_writable("--scores", s.scores);
  const Data data = read_data(s);
  const tg::Tensor& labels = data.target.labels;
  fmt::print("{} is {} in {} of them.\n", s.target, data.target.classes.text(1),
             sum(labels).item<std::int64_t>());
  const auto folds = tg::data::stratified_k_fold(
      labels, s.folds, {.shuffle = true, .seed = static_cast<std::uint64_t>(s.seed)});
  std::vector<double> scores(static_cast<std::size_t>(data.table.rows()));
  std::vector<std::string> lines(scores.size());
  std::vector<double> areas;
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    fmt::print("Fold {} of {}:\n", i + 1, folds.size());
    const auto trained = train(s, data, folds[i], fmt::format("fold-{}", i + 1));
    if (!trained) return;
    steps += trained->steps;
    const tg::data::Indices& rows = folds[i].validation;
    const tg::Tensor found = tg::tensor(trained->scores);
    areas.push_back(tg::train::roc_auc(found, taken(labels, rows)));
    fmt::print("  area under the ROC curve: {:.4f}\n", areas.back());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const auto row = static_cast<std::size_t>(rows[k]);
      scores[row] = trained->scores[k];
      lines[row] = fmt::format("{},{},{},{:.9g}", row + 1, i + 1,
                               labels.select(0, rows[k]).item<std::int64_t>(), scores[row]);
    }
  }
  if (!s.scores.empty()) write_scores(s.scores, lines);
  if (!s.files.export_file.empty()) {
    tg::data::Indices all(scores.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    export_model(s, data, all);
    if (tg::train::interrupted() != 0) return;
  }
  const tg::Tensor area = tg::tensor(areas, tg::float64);
  const tg::Tensor loss =
      tg::nn::binary_cross_entropy(tg::tensor(scores, tg::float64), labels.to(tg::float64));
  fmt::print("roc_auc={:.6f} deviation={:.6f} log_loss={:.6f} folds={} steps={}\n",
             mean(area).item<double>(), sqrt(var(area)).item<double>(), loss.item<double>(),
             folds.size(), steps);
}

/// Says how probable the second class is for each row of a table.
void predict(const Settings& s) {
  Encoding encoding;
  tg::data::LabelEncoder classes;
  std::optional<TableNetwork> network;
  samples::with_weights_of(s.weights, [&](const tg::StateDict& state) {
    const bool encoded = state.contains("encoding.numeric.classes.bytes");
    if (encoded) {
      encoding = Encoding(state);
      classes.load_state_dict(below(state, "target."));
      network.emplace(encoding.numeric(), encoding.sizes());
    }
    if (!encoded || !network->load_state_dict(state).missing.empty()) {
      throw std::runtime_error("these aren't the weights of this network");
    }
  });
  network->eval();
  const Table table = read_table(open_table(s.predict), encoding.columns());
  const std::vector<std::string> unknown = encoding.unknown(table);
  for (const std::string& cell : unknown) {
    fmt::print("Not known from the training: {}.\n", cell);
  }
  const tg::NoGrad guard;
  const auto scores = sigmoid(network->forward(encoding.encode(table))).to_vector<double>();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    fmt::print("row {}: {} {:.6f}\n", i + 1, classes.text(1), scores[i]);
  }
  fmt::print("rows={} unknown={}\n", scores.size(), unknown.size());
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "tables",
      "Learns from a table of numbers and categories, and says by cross-validation how well.\n"
      "The last line printed is: roc_auc=A deviation=D log_loss=L folds=K steps=N,\n"
      "with --predict rows=N unknown=U");
  declare(flags, settings);
  return samples::run("tables", flags, argc, argv, [&] {
    settings.predict.empty() ? cross_validate(settings) : predict(settings);
  });
}
