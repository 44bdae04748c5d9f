package registry
const childDir="X"
func child(string) int {return 0}
