// The files of the projector.
#include <thread>

#include "summary/event_files.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using summary::EmbeddingMetadata;
using test::contents;
using test::Folder;

TEST_CASE("an embedding is a table of points, one of labels, and an entry in the list",
          "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  writer.add_embedding("words", tensor({{0.5, -1.0}, {2.0, 1e-10}}), {"a b", "c"}, 3);
  CHECK(contents(folder.path / "projector_config.pbtxt") ==
        "embeddings {\n"
        "  tensor_name: \"words:00003\"\n"
        "  tensor_path: \"projector/words/00003/tensors.tsv\"\n"
        "  metadata_path: \"projector/words/00003/metadata.tsv\"\n"
        "}\n");
  CHECK(contents(folder.path / "projector/words/00003/tensors.tsv") == "0.5\t-1\n2\t1e-10\n");
  CHECK(contents(folder.path / "projector/words/00003/metadata.tsv") == "a b\nc\n");
}

TEST_CASE("points come back bit for bit", "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const Tensor points = randn({20, 3});
  writer.add_embedding("x", points);
  std::ifstream in(folder.path / "projector/x/00000/tensors.tsv");
  for (const float expected : points.to_vector<float>()) {
    std::string number;
    REQUIRE(in >> number);
    CHECK(std::stof(number) == expected);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path / "projector/x/00000/metadata.tsv"));
}

TEST_CASE("only metadata of several columns has a header", "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  writer.add_embedding("x", ones({2, 2}), EmbeddingMetadata{{"k", "n"}, {{"a", "1"}, {"b", "2"}}});
  CHECK(contents(folder.path / "projector/x/00000/metadata.tsv") == "k\tn\na\t1\nb\t2\n");
  writer.add_embedding("x", ones({2, 2}), EmbeddingMetadata{{"k"}, {{"a"}, {"b"}}});
  CHECK(contents(folder.path / "projector/x/00000/metadata.tsv") == "a\nb\n");
}

TEST_CASE("embeddings of several writers stay beside each other in the list",
          "[summary][embedding]") {
  const Folder folder;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&folder, t] {
      summary::Writer writer(folder.path.string());
      for (int step = 0; step < 10; ++step) {
        writer.add_embedding("t" + std::to_string(t), ones({2, 2}), EmbeddingMetadata(), step);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string list = contents(folder.path / "projector_config.pbtxt");
  for (int t = 0; t < 4; ++t) {
    for (int step = 0; step < 10; ++step) {
      const std::string name = "\"t" + std::to_string(t) + ":0000" + std::to_string(step) + '"';
      CHECK(list.find(name) != std::string::npos);
    }
  }
}

TEST_CASE("the same tag and step is replaced, what others wrote stays", "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  std::ofstream(folder.path / "projector_config.pbtxt") << "model_checkpoint_path: \"x\"";
  writer.add_embedding("x", ones({1, 1}));
  const std::string list = contents(folder.path / "projector_config.pbtxt");
  CHECK(list.starts_with("model_checkpoint_path: \"x\"\nembeddings {\n"));
  writer.add_embedding("x", zeros({1, 1}));
  CHECK(contents(folder.path / "projector_config.pbtxt") == list);
  CHECK(contents(folder.path / "projector/x/00000/tensors.tsv") == "0\n");
}

TEST_CASE("tags of any text have folders of their own", "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  for (const char* tag : {"a/b", "a_b", "../b", "a\"b\\\n"})
    writer.add_embedding(tag, ones({1, 1}));
  CHECK(std::filesystem::exists(folder.path / "projector/a%2Fb/00000/tensors.tsv"));
  CHECK(std::filesystem::exists(folder.path / "projector/a_b/00000/tensors.tsv"));
  CHECK(std::filesystem::exists(folder.path / "projector/%2E%2E%2Fb/00000/tensors.tsv"));
  const std::string list = contents(folder.path / "projector_config.pbtxt");
  CHECK(list.find(R"(tensor_name: "a\"b\\\012:00000")") != std::string::npos);
}

TEST_CASE("what is no embedding is refused before anything is written", "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  CHECK_THROWS_AS(writer.add_embedding("x", ones({2})), ShapeError);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({0, 2})), ShapeError);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({2, 2}), {"only one"}), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 2}), {"a\tb"}), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 2}), {"a\nb"}), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 2}), EmbeddingMetadata{{"a", "b"}, {{"1"}}}),
                  Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "projector"));
}

TEST_CASE("an embedding that is written again has the labels of the last time",
          "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const auto list = folder.path / "projector_config.pbtxt";
  const auto metadata = folder.path / "projector/x/00000/metadata.tsv";
  writer.add_embedding("y", ones({1, 1}), {"other"});
  writer.add_embedding("x", ones({1, 1}));
  CHECK(contents(list).find("x/00000/metadata") == std::string::npos);
  writer.add_embedding("x", ones({1, 1}), {"a"});
  CHECK(contents(list).find("  metadata_path: \"projector/x/00000/metadata.tsv\"\n") !=
        std::string::npos);
  writer.add_embedding("x", ones({1, 1}));
  CHECK(contents(list) ==
        "embeddings {\n"
        "  tensor_name: \"y:00000\"\n"
        "  tensor_path: \"projector/y/00000/tensors.tsv\"\n"
        "  metadata_path: \"projector/y/00000/metadata.tsv\"\n"
        "}\n"
        "embeddings {\n"
        "  tensor_name: \"x:00000\"\n"
        "  tensor_path: \"projector/x/00000/tensors.tsv\"\n"
        "}\n");
  CHECK_FALSE(std::filesystem::exists(metadata));
}

TEST_CASE("labels that TensorBoard would skip, and so shift the others, are refused",
          "[summary][embedding]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  for (const char* blank : {"", " ", " \v\f ", "\u00a0", "\u2003\u3000", "\ufeff"}) {
    CHECK_THROWS_WITH(writer.add_embedding("x", ones({2, 1}), {"a", blank}),
                      Catch::Contains("is blank"));
  }
  const std::vector<std::string> columns{"k", "n"};
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 1}), EmbeddingMetadata{columns, {{"", " "}}}),
                  Error);
  CHECK_THROWS_AS(
      writer.add_embedding("x", ones({1, 1}), EmbeddingMetadata{{"", ""}, {{"a", "b"}}}), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 1}), EmbeddingMetadata{{}, {{"a"}}}), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "projector"));
  CHECK_NOTHROW(writer.add_embedding("x", ones({1, 1}), EmbeddingMetadata{columns, {{"", "b"}}}));
  CHECK_NOTHROW(writer.add_embedding("x", ones({1, 1}), {" a "}));
}
