"""Networks as physics, trained through the dycore: columns, windows of a history, rollouts, training, evaluation."""
