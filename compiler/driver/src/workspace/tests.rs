//! A workspace says what `netpol check` says, and finds every name that the check finds.
