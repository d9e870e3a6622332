//! `audit`: configuration files of servers.

mod effective;
mod images;
mod servers;
