"""自己点検: what somebody who would be a DX推進リーダー says about the own experience. Evidence for officers, never a score."""
