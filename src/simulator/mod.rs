//! A world on loopback that speaks GitHub REST and CloudWatch on the wire. Its wire types are its own on purpose.
