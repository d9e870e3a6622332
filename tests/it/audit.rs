//! `audit`: configuration files of servers.

mod beyond;
mod collect;
mod effective;
mod history;
mod images;
mod inventory;
mod lists;
mod servers;
