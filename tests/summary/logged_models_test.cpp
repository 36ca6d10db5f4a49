// What add_graph() and add_histograms() write of a model, and leave alone.
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

using Names = std::vector<std::string>;

TEST_CASE("add_histograms shows every parameter, and gradients where there are any",
          "[summary][graph]") {
  const Folder folder;
  std::string path;
  {
    summary::Writer writer(folder.path.string());
    path = writer.path();
    nn::Sequential net{nn::Linear(2, 2), nn::Linear(2, 1, {.bias = false})};
    net.get<nn::Linear>(0).requires_grad_(false);
    net(ones({1, 2})).sum().backward();
    writer.add_histograms(net, 7);
  }
  Names tags;
  for (const std::string& record : test::records(test::contents(path))) {
    pbf_reader event(record);
    if (!event.next(5)) continue;
    pbf_reader values = event.get_message();
    REQUIRE(values.next(1));
    pbf_reader value = values.get_message();
    REQUIRE(value.next(1));
    tags.push_back(value.get_string());
  }
  CHECK(tags == Names{"0/weight", "0/bias", "1/weight", "1/weight/grad"});
}

TEST_CASE("what is logged within a trace leaves nothing in it", "[summary][graph]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  nn::Linear line(2, 3);
  const Tensor x = ones({5, 2});
  const auto step = [&](bool logs) {
    const Tensor y = line(x);
    const Tensor loss = y.mean();
    const Tensor turned = y.t();
    const Tensor colours = sigmoid(y).unsqueeze(0);
    const Tensor labels = ones({3}, {.dtype = int64});
    const Tensor predictions = full({3}, 0.5);
    if (logs) {
      writer.add_scalar("scalar", loss.item<double>(), 1);
      writer.add_histogram("y", y, 1);
      writer.add_histogram("turned", turned, 1);
      writer.add_histograms(line, 1);
      writer.add_image("image", y, 1);
      writer.add_image("colours", colours, 1);
      writer.add_pr_curve("curve", labels, predictions, 1);
      writer.add_embedding("points", turned, {"a", "b", "c"}, 1);
      writer.add_graph(line, x);
    }
    loss.backward();
  };
  line.parameters();  // which have their names from here on
  step(false);        // and gradients
  const std::string alone = tape_text(trace([&] { step(false); }));
  const std::string logged = tape_text(trace([&] { step(true); }));
  CHECK(test::contains(alone, "transpose"));
  CHECK(logged == alone);
}

TEST_CASE("parameters and gradients that would share a tag are refused", "[summary][graph]") {
  struct Odd : nn::Module {
    nn::Parameter weight{ones({2})};
    nn::Parameter other{ones({2})};
    void visit(nn::Visitor& v) override {
      v("weight", weight);
      v("weight/grad", other);
    }
  };
  const Folder folder;
  summary::Writer writer(folder.path.string());
  Odd odd;
  CHECK_NOTHROW(writer.add_histograms(odd, 1));
  sum(odd.weight).backward();
  CHECK_THROWS_WITH(writer.add_histograms(odd, 2),
                    Catch::Contains("two histograms for the tag \"weight/grad\""));
  writer.close();
  CHECK(test::records(test::contents(writer.path())).size() == 3);
}
