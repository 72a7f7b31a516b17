// For tests: a small review with a bit of everything.
#pragma once

#include <string>

#include "report/report.h"

namespace beamwright::report {

struct SampleReview {
  source::FileTable files;
  Review review;

  SampleReview() {
    review.root = "examples/shop";
    review.files = &files;
    review.file_count = 2;
    review.line_count = 1234;
    review.byte_count = 40000;
    review.module_count = 1;
    review.process_count = 1;
    review.supervisor_count = 0;
  }

  source::FileId add(std::string path, std::string text) {
    source::SourceFile file;
    file.path = std::move(path);
    return files.add_text(std::move(file), std::move(text));
  }

  // The span of the first occurrence of a text.
  source::Span find(source::FileId file, std::string_view text) const {
    const std::size_t at = files.file(file).text.find(text);
    return {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + text.size())};
  }

  // A finding as the rules give them, on "Http.get(url)" of lib/pricing.ex, with a path into lib/http.ex.
  void add_blocking_finding() {
    const source::FileId pricing = add("lib/pricing.ex",
                                       "defmodule Shop.Pricing do\n"
                                       "  def handle_call({:price, id}, _from, state) do\n"
                                       "    {:reply, Http.get(url(id)), state}\n"
                                       "  end\n"
                                       "end\n");
    const source::FileId http = add("lib/http.ex", "def get(url), do: :httpc.request(:get, {url, []}, [], [])\n");
    findings::Finding f;
    f.code = "BW401";
    f.name = "blocking-call-handler";
    f.family = findings::Family::kBlocking;
    f.severity = findings::Severity::kHigh;
    f.confidence = findings::Confidence::kCertain;
    f.span = find(pricing, "Http.get(url(id))");
    f.function = "Shop.Pricing.handle_call/3";
    f.message = "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.";
    f.why =
        "While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is "
        "still "
        "worked off.";
    f.fix =
        "Let a task do the request and answer from there:\n\n    Task.Supervisor.start_child(Shop.Tasks, fn ->\n"
        "      GenServer.reply(from, Http.get(url(id)))\n    end)\n    {:noreply, state}";
    f.path = {{f.span, "Shop.Pricing.handle_call/3 calls Shop.Http.get/1"},
              {find(http, ":httpc.request(:get, {url, []}, [], [])"),
               "Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)"}};
    f.fingerprint = "0123456789abcdef";
    review.findings.push_back(std::move(f));
    review.verdict = findings::verdict_of(review.findings);
  }
};

}  // namespace beamwright::report
