// The words that may stand behind a segment of <<…>>; see "Bit Syntax Expressions" of Erlang's reference manual and
// Kernel.SpecialForms.<<>>/1, which adds bitstring, bits and bytes as other names.
#include <string_view>

#include "model/expr.h"

namespace beamwright::model {

void specify(Segment& segment, Symbol word) {
  const std::string_view text = word.text();
  if (text == "binary" || text == "bytes") {
    segment.type = SegmentType::kBinary;
  } else if (text == "bits" || text == "bitstring") {
    segment.type = SegmentType::kBits;
  } else if (text == "integer") {
    segment.type = SegmentType::kInteger;
  } else if (text == "float") {
    segment.type = SegmentType::kFloat;
  } else if (text == "utf8") {
    segment.type = SegmentType::kUtf8;
  } else if (text == "utf16") {
    segment.type = SegmentType::kUtf16;
  } else if (text == "utf32") {
    segment.type = SegmentType::kUtf32;
  } else if (text == "signed") {
    segment.flags |= kSigned;
  } else if (text == "little") {
    segment.flags |= kLittle;
  } else if (text == "native") {
    segment.flags |= kNative;
  } else if (text != "unsigned" && text != "big") {
    segment.type = SegmentType::kUnknown;
  }
}

}  // namespace beamwright::model
