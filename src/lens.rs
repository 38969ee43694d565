//! stub
pub mod evidence;
