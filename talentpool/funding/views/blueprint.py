from flask import Blueprint

blueprint = Blueprint("funding", __name__)
