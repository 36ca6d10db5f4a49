// What starting any program costs, from which the libraries' starts are counted.
int main() {}
