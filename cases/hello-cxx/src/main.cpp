#include "numbers.hpp"

#include <algorithm>
#include <iostream>
#include <vector>

int main(int argc, char **argv)
{
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty())
        for (std::string word; std::cin >> word;)
            words.push_back(word);

    try {
        std::vector<double> values;
        for (const auto &word : words)
            values.push_back(parse(word));
        std::sort(values.begin(), values.end());
        for (double value : values)
            std::cout << value << '\n';
        std::cout << "sum " << sum(values) << '\n' << "joined " << sum(words) << '\n';
    } catch (const NotANumber &error) {
        std::cerr << "hello-cxx: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
