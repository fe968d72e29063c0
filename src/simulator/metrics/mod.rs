//! CloudWatch of this world: the protocol in `cbor` and `answer`, metric math in `math`, what the series say in `series`, how traffic behaves in `traffic`.

mod answer;
mod band;
mod cbor;
mod math;
mod outage;
mod series;
mod statistic;
mod traffic;

pub(super) use answer::*;
pub(super) use series::{CANARY_GROUP, LOAD_BALANCER, TARGET_GROUP};
