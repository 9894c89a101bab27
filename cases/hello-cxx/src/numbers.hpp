#pragma once

#include <stdexcept>
#include <string>

// Thrown for text that is not wholly a number. Its type information has to be found by the handler
// in another translation unit.
struct NotANumber : std::runtime_error {
    explicit NotANumber(const std::string &text);
};

double parse(const std::string &text);

// The same code at several types: each instantiation is a weak symbol of its own.
template <typename Range> auto sum(const Range &range)
{
    typename Range::value_type total{};
    for (const auto &value : range)
        total = total + value;
    return total;
}
