#include "numbers.hpp"

NotANumber::NotANumber(const std::string &text) : std::runtime_error("not a number: " + text) {}

double parse(const std::string &text)
{
    std::size_t used = 0;
    double value = 0;
    try {
        value = std::stod(text, &used);
    } catch (const std::invalid_argument &) {
        throw NotANumber(text);
    }
    if (used != text.size())
        throw NotANumber(text);
    return value;
}
