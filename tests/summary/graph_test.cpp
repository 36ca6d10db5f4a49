// Graphs in event files, read back by TensorFlow's published field numbers.
#include <map>
#include <protozero/pbf_reader.hpp>

#include "summary/event_files.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using protozero::pbf_reader;
using test::Folder;

namespace {

struct Read {
  std::string op;
  std::vector<std::string> inputs;
  std::map<std::string, int> types;
  std::map<std::string, std::string> texts;
  std::vector<std::int64_t> shape;
  /// Of further results.
  std::vector<std::vector<std::int64_t>> shapes;
};

std::vector<std::int64_t> read_shape(pbf_reader shape) {
  std::vector<std::int64_t> sizes;
  while (shape.next(2)) {
    pbf_reader dim = shape.get_message();
    sizes.push_back(dim.next(1) ? dim.get_int64() : 0);
  }
  return sizes;
}

void read_attribute(pbf_reader entry, Read& node) {
  REQUIRE(entry.next(1));
  const std::string name = entry.get_string();
  REQUIRE(entry.next(2));
  pbf_reader value = entry.get_message();
  while (value.next()) {
    if (value.tag() == 6) {
      node.types[name] = value.get_enum();
    } else if (value.tag() == 2) {
      node.texts[name] = value.get_string();
    } else {
      REQUIRE(value.tag() == 1);
      pbf_reader list = value.get_message();
      REQUIRE(list.next(7));
      node.shape = read_shape(list.get_message());
      while (list.next(7)) node.shapes.push_back(read_shape(list.get_message()));
    }
  }
}

/// The nodes of a graph by name.
std::map<std::string, Read> read_graph(pbf_reader graph) {
  std::map<std::string, Read> nodes;
  while (graph.next(1)) {
    pbf_reader message = graph.get_message();
    REQUIRE(message.next(1));
    Read& node = nodes[message.get_string()];
    while (message.next()) {
      switch (message.tag()) {
        case 2:
          node.op = message.get_string();
          break;
        case 3:
          node.inputs.push_back(message.get_string());
          break;
        case 5:
          read_attribute(message.get_message(), node);
          break;
        default:
          FAIL("field " << message.tag());
      }
    }
  }
  return nodes;
}

template <class F>
std::map<std::string, Read> written(F&& add) {
  const Folder folder;
  std::string path;
  {
    summary::Writer writer(folder.path.string());
    path = writer.path();
    add(writer);
  }
  const std::vector<std::string> found = test::records(test::contents(path));
  REQUIRE(found.size() == 2);
  pbf_reader event(found[1]);
  REQUIRE(event.next(1));
  CHECK(event.get_double() > 1.7e9);  // seconds since 1970, not steps and not 0
  REQUIRE(event.next(4));
  return read_graph(event.get_message());
}

using Names = std::vector<std::string>;
using Sizes = std::vector<std::int64_t>;
using Types = std::map<std::string, int>;

}  // namespace

TEST_CASE("a traced list comes back with names, edges, shapes and types", "[summary][graph]") {
  const auto nodes = written([](summary::Writer& writer) {
    writer.add_graph(trace([] {
      const NameScope scope("model");
      const Tensor x = ones({2, 3}, {.dtype = float64}).named("x");
      const Tensor w = zeros({3}, {.dtype = float64, .requires_grad = true}).named("w");
      (x * w).named("y").sum() == 1;
    }));
  });
  REQUIRE(nodes.size() == 5);
  CHECK(nodes.at("model/x").op == "constant");
  CHECK(nodes.at("model/x").types == Types{{"dtype", 2}});  // DT_DOUBLE
  CHECK(nodes.at("model/x").shape == Sizes{2, 3});
  CHECK(nodes.at("model/x").inputs.empty());
  CHECK(nodes.at("model/w").op == "leaf");
  CHECK(nodes.at("model/y").op == "mul");
  CHECK(nodes.at("model/y").inputs == Names{"model/x", "model/w"});
  CHECK(nodes.at("model/y").types == Types{{"T", 2}});
  CHECK(nodes.at("model/y").texts.empty());
  CHECK(nodes.at("model/sum").shape.empty());
  CHECK(nodes.at("model/sum").texts == std::map<std::string, std::string>{{"dims", "[0, 1]"}});
  CHECK(nodes.at("model/eq").texts == std::map<std::string, std::string>{{"other", "1"}});
  CHECK(nodes.at("model/eq").types == Types{{"T", 10}});  // DT_BOOL
}

TEST_CASE("an operation with several results is one node of several shapes", "[summary][graph]") {
  const auto nodes = written([](summary::Writer& writer) {
    writer.add_graph(trace([] {
      const NameScope scope("model");
      const auto parts = split(ones({5, 2}).named("x"), 3);
      parts[0].sum() * parts[1];
    }));
  });
  REQUIRE(nodes.size() == 4);
  CHECK(nodes.at("model/split").op == "split");
  CHECK(nodes.at("model/split").inputs == Names{"model/x"});
  CHECK(nodes.at("model/split").shape == Sizes{3, 2});
  CHECK(nodes.at("model/split").shapes == std::vector<Sizes>{{2, 2}});
  CHECK(nodes.at("model/sum").inputs == Names{"model/split:0"});
  CHECK(nodes.at("model/mul").inputs == Names{"model/sum", "model/split:1"});
}

TEST_CASE("element types are TensorFlow's", "[summary][graph]") {
  const std::pair<DType, int> expected[] = {{float32, 1}, {float64, 2}, {int32, 3},
                                            {uint8, 4},   {int64, 9},   {boolean, 10}};
  for (const auto& [dtype, number] : expected) {
    const auto nodes = written([&, type = dtype](summary::Writer& writer) {
      writer.add_graph({{.name = "x", .operation = "constant", .dtype = type, .shape = {}}});
    });
    CHECK(nodes.at("x").types == Types{{"dtype", number}});
  }
}

TEST_CASE("the tape is a graph too, without what it doesn't track", "[summary][graph]") {
  const auto nodes = written([](summary::Writer& writer) {
    const Tensor w = ones({2}, {.requires_grad = true}).named("w");
    writer.add_graph(tape((w * 2).sum()));
  });
  CHECK(nodes.size() == 3);
  CHECK(nodes.at("mul").inputs == Names{"w"});
  CHECK(nodes.at("sum").inputs == Names{"mul"});
}

TEST_CASE("add_graph runs a module in the caller's scope and leaves it as it was",
          "[summary][graph]") {
  struct Net : nn::Module {
    nn::Linear linear{3, 1};
    nn::Dropout dropout{0.5};
    void visit(nn::Visitor& v) override {
      v("linear", linear);
      v("dropout", dropout);
    }
    Tensor forward(const Tensor& x) { return dropout(linear(x)); }
  };
  Net net;
  net.eval();
  const Tensor x = ones({2, 3});
  const auto nodes = written([&](summary::Writer& writer) {
    const NameScope scope("model");
    writer.add_graph(net, x);
  });
  CHECK(nodes.at("model/linear/linear").inputs ==
        Names{"model/input", "model/linear/weight", "model/linear/bias"});
  CHECK(nodes.at("model/linear/bias").op == "leaf");
  CHECK(nodes.at("model/linear/linear").shape == Sizes{2, 1});
  CHECK(nodes.size() == 4);
  CHECK(x.name() == "constant:0");
  CHECK_FALSE(net.linear.weight.grad().defined());
}

TEST_CASE("add_graph takes anything with forward, and inputs keep their names",
          "[summary][graph]") {
  struct Square {
    Tensor forward(const Tensor& x) const {
      CHECK_FALSE(grad_enabled());
      return square(x);
    }
  };
  const auto nodes = written([](summary::Writer& writer) {
    const Square f;
    writer.add_graph(f, ones({2}, {.requires_grad = true}).named("mine"));
  });
  CHECK(nodes.at("square").inputs == Names{"mine"});
}

TEST_CASE("add_graph tells the parts of a module their names", "[summary][graph]") {
  struct Net : nn::Module {
    nn::Linear linear{3, 1};
    void visit(nn::Visitor& v) override { v("linear", linear); }
    Tensor forward(const Tensor& x) { return linear(x); }
  };
  const auto nodes = written([](summary::Writer& writer) {
    Net net;
    writer.add_graph(net, ones({2, 3}));
  });
  CHECK(nodes.contains("linear/weight"));
  CHECK(nodes.contains("linear/linear"));
}

TEST_CASE("lists that are no graph are refused", "[summary][graph]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const TapeRecord x{.name = "x", .operation = "exp", .dtype = float32, .shape = {}};
  CHECK_THROWS_AS(writer.add_graph({x, x}), Error);
  TapeRecord nameless = x;
  nameless.name = "";
  CHECK_THROWS_AS(writer.add_graph({nameless}), Error);
  TapeRecord lost = x;
  lost.inputs = {1};
  CHECK_THROWS_AS(writer.add_graph({lost}), Error);
}
