//! Flows as sets: union, intersection, difference, emptiness, witness.
//!
//! A [`FlowSet`] is a union of [`Cube`]s; a cube is a product of independent dimensions: for each end its kind, its
//! labels, its address and names, then the ports and the HTTP request. Every dimension is closed under complement, so
//! the algebra is exact: nothing here approximates.
//!
//! Small-model argument. Selectors test a label only for equality with literals and for presence, so the values
//! "each literal", "some other value" and "absent" stand for all; addresses, ports and paths are intervals cut by
//! literals; a name or port name is an uninterpreted fact about the endpoint, true or false as an adversary likes.

mod addresses;
mod beyond;
mod budget;
mod cube;
mod ends;
mod external;
mod flow_set;
mod pods;
mod ports;
mod requests;
mod side_set;
mod values;
mod witness;

pub use addresses::AddressSet;
pub use beyond::Undecided;
pub use budget::within;
pub use cube::Cube;
pub use ends::{Ends, Infra, InfraSet};
pub use external::ExternalSet;
pub use flow_set::FlowSet;
pub use pods::{Key, PodSet};
pub use ports::{PortSet, Services};
pub use requests::{PathSet, Requests};
pub use side_set::SideSet;
pub use values::Values;
