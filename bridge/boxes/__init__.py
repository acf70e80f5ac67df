"""Claims about all inputs in boxes: bounds, branch and bound, leaves that are proved exactly.

`theory.kernel.product_network` puts a base and its sources side by side as one network; `batched_bounds` bounds it
in floating point, many boxes at a time, on any device; `branching` splits boxes until each is settled; every
box that is said to be proved is proved again by `theory.kernel.relu_bounds`, in integers. On machines a leaf must be
clear of zero by the `radius` by which rounding moves it there (`rounded`: every order of summation, so one machine's),
or the inputs lie on a grid on which nothing rounds (`grid_inputs`). `box_engine`
is the engine; `certifying` its results for a whole claim. `captured` answers for networks of any operations, without
a certificate.
"""
