"""How much rests on whom: vendor shares as intervals, parts under a policy, common failure, dependence of sites."""
