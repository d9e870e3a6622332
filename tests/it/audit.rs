//! `audit`: configuration files of servers.

mod effective;
mod servers;
