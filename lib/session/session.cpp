// Sessions: which part of the graph is asked for, and whether what is fed fits.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "core/unknown.hpp"
#include "session/replay.hpp"

namespace tapegrad {

namespace detail {

struct SessionImpl {
  struct Answer {
    Replay replay;
    Program program;
  };
  /// What is fetched, as its place among the results.
  using Results = std::vector<std::optional<std::size_t>>;

  explicit SessionImpl(std::shared_ptr<GraphImpl> whose) : graph(std::move(whose)) {}
  GraphImpl::Place placed(const Tensor& x, std::string_view name) const;
  Results ask(Question& question, const std::vector<Fetch>& fetches) const;
  void feed(Question& question, const Tensor& x, std::string_view name) const;
  TensorList run(const std::vector<Fetch>& fetches, const Feeds& feeds);
  std::optional<std::size_t> node_of(const GraphOperation& operation) const;
  const Answer& answer_to(const Question& question);

  std::shared_ptr<GraphImpl> graph;
  std::map<Question, Answer> answers = {};
  std::mutex mutex = {};
  std::uint64_t shapes_seen = 0;
};

/// The sessions that this thread made, the newest last, as far as they are still there.
static thread_local std::vector<std::weak_ptr<SessionImpl>> sessions;

GraphImpl::Place SessionImpl::placed(const Tensor& x, std::string_view name) const {
  if (x.defined()) return graph->place_of("session", x);
  check<Error>(!name.empty(), "session: an undefined tensor or an empty name, of graph \"{}\"",
               graph->name);
  const auto found = graph->find(name);
  check<Error>(found.has_value(), "session: graph \"{}\" has no tensor \"{}\"", graph->name, name);
  return *found;
}

std::optional<std::size_t> SessionImpl::node_of(const GraphOperation& operation) const {
  if (operation.graph_ != graph) {
    fail<Error>("session: {} belongs to graph \"{}\", and graph \"{}\" was asked", operation.name(),
                operation.graph_->name, graph->name);
  }
  return operation.node_;
}

SessionImpl::Results SessionImpl::ask(Question& question, const std::vector<Fetch>& fetches) const {
  Results results;
  for (const Fetch& fetch : fetches) {
    const auto action =
        fetch.operation.defined() ? node_of(fetch.operation) : graph->find_action(fetch.name);
    if (action) {
      question.done.push_back(*action);
      results.emplace_back();
    } else {
      results.emplace_back(question.fetched.size());
      question.fetched.push_back(placed(fetch.tensor, fetch.name));
    }
  }
  return results;
}

void SessionImpl::feed(Question& question, const Tensor& x, std::string_view name) const {
  const GraphImpl::Place place = placed(x, name);
  if (std::ranges::find(question.fed, place) != question.fed.end()) {
    fail<Error>("session: {} is fed twice", graph->name_of(place));
  }
  question.fed.push_back(place);
}

const SessionImpl::Answer& SessionImpl::answer_to(const Question& question) {
  const std::lock_guard guard(mutex);
  // What set_shape() has said since may refuse what was captured.
  if (std::exchange(shapes_seen, graph->shapes_fixed) != graph->shapes_fixed) answers.clear();
  const auto found = answers.find(question);
  if (found != answers.end()) return found->second;
  const Replay replay(graph, question);
  return answers.emplace(question, Answer{replay, Program(replay, {})}).first->second;
}

TensorList SessionImpl::run(const std::vector<Fetch>& fetches, const Feeds& feeds) {
  Question question;
  const Results results = ask(question, fetches);
  TensorList values;
  for (const Fed& fed : feeds) {
    feed(question, fed.tensor, fed.name);
    check_defined("session", fed.value);
    values.push_back(fed.value);
  }
  const bool acts = std::ranges::any_of(
      question.done, [&](std::size_t node) { return !graph->nodes[node].before; });
  const Answer* answer = nullptr;
  if (!question.fetched.empty() || acts) answer = &answer_to(question);
  // Only now, so that what is refused has changed nothing.
  for (const std::size_t node : question.done) {
    if (graph->nodes[node].before) graph->nodes[node].before();
  }
  TensorList fetched;
  if (answer) {
    answer->replay.check_initialized();
    fetched = answer->program.run(values);
  }
  TensorList all;
  for (const std::optional<std::size_t>& place : results) {
    all.push_back(place ? fetched[*place] : Tensor());
  }
  return all;
}

}  // namespace detail

using detail::SessionImpl;

Session::Session() : Session(default_graph()) {}

Session::Session(const Graph& graph) {
  impl_of_graph("session", graph.impl_);
  impl_ = std::make_shared<SessionImpl>(graph.impl_);
  std::erase_if(detail::sessions, [](const auto& one) { return one.expired(); });
  detail::sessions.push_back(impl_);
}

Session::~Session() = default;

std::vector<Tensor> Session::run_all(const std::vector<Fetch>& fetches, const Feeds& feeds) const {
  return impl_->run(fetches, feeds);
}

Program Session::program(const std::vector<Fetch>& fetches,
                         const std::vector<Fetch>& placeholders) const {
  Question question;
  impl_->ask(question, fetches);
  for (const Fetch& fed : placeholders) impl_->feed(question, fed.tensor, fed.name);
  for (const std::size_t node : question.done) {
    check<Error>(!impl_->graph->nodes[node].before,
                 "program: {} gives memory, and is run by a session alone",
                 impl_->graph->names()[node]);
  }
  return impl_->answer_to(question).program;
}

std::vector<std::string> Session::devices() const {
  return {"/job:localhost/replica:0/task:0/device:CPU:0"};
}

Tensor detail::OnTape::eval() const { return eval({}); }

Tensor detail::OnTape::eval(const std::vector<Fed>& feeds) const {
  check_defined_self("eval", self());
  if (!is_symbolic(self())) return self();
  const std::shared_ptr<GraphImpl> graph = graph_of("eval", self());
  for (auto one = detail::sessions.rbegin(); one != detail::sessions.rend(); ++one) {
    const std::shared_ptr<SessionImpl> session = one->lock();
    if (session && session->graph == graph) return session->run({self()}, feeds)[0];
  }
  fail<Error>("eval: {} needs a session of graph \"{}\" in this thread", name(), graph->name);
}

}  // namespace tapegrad
