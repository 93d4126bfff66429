"""Other solvers, each run as its users would run it; `peer.PEERS` names them and says how to install them."""
