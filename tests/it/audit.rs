//! `audit`: configuration files of servers.

mod beyond;
mod effective;
mod images;
mod servers;
